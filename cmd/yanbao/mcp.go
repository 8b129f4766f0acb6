package main

import (
	"context"

	"yanbao/bot/mcpserver"

	"github.com/spf13/cobra"
)

const mcpLong = `Serve the Model Context Protocol (MCP) on standard input and output, for programs
that start it, such as desktop assistants and editors. They get tools to ask, search
and read, and the reports and tables as resources. It ends with its input.

docs/mcp.md says how to enter it in common programs.

以 MCP 协议在标准输入输出上提供服务，供桌面助手、编辑器等程序调用。`

const mcpExample = `  yanbao mcp
  yanbao mcp --data DIR -builtin=false      # one's own reports only`

func (p *program) mcpCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "mcp",
		Short:             "serve the Model Context Protocol on standard input and output",
		Long:              mcpLong,
		Example:           mcpExample,
		Args:              arguments(0, 0, ""),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return p.mcp(c.Context()) },
	}
}

func (p *program) mcp(ctx context.Context) error {
	log := p.log()
	shelf, err := p.openShelf(ctx, 0, log)
	if err != nil {
		return err
	}
	server, err := mcpserver.New(shelf.asker, mcpserver.Options{
		Version: readBuild().Version, Log: log,
		Refresh: func(ctx context.Context) {
			if err := shelf.look(ctx); err != nil && ctx.Err() == nil {
				log.Error("mcp: documents not read again, the earlier ones answer on", "error", err)
			}
		},
	})
	if err != nil {
		return err
	}
	defer server.Close()
	if p.terminal.in {
		p.note("this speaks MCP, a message a line, and is meant to be started by a program; see docs/mcp.md, end with control-D")
	}
	return server.Serve(ctx, p.stdin, p.stdout)
}

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootLong = `yanbao answers questions over Chinese research reports, every sentence with the
passage it comes from. It needs no key, no server and no model.

研报问答：对中文研究报告提问，逐句给出处。无需密钥、服务器或模型。`

const rootExample = `  yanbao ask "2024年中国大模型市场规模有多大？"
  yanbao ask "How large was China's LLM market in 2024?"
  yanbao ask                       # 在终端里对话 (chat on a terminal)
  yanbao ingest 我的研报.md         # 加入自己的研报 (add a report of one's own)
  yanbao search 具身智能 -json`

// rootCommand returns the whole command tree. Nothing in it is shared between
// two calls.
func (p *program) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "yanbao",
		Short:         "cited answers over Chinese research reports",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := c.Help(); err != nil {
				return err
			}
			return usagef("no command given; begin with: yanbao ask \"...\"")
		},
	}
	root.SuggestionsMinimumDistance = 2 // letters by which a command may be mistyped
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%s: %w; see: %s --help (put -- before a question that begins with a dash)", c.Name(), err, c.CommandPath())
	})
	p.settings = settings{}
	p.settings.bind(root.PersistentFlags(), p.getenv)
	completeModels(root)
	root.AddCommand(p.askCommand(), p.searchCommand(), p.showCommand(), p.tablesCommand(), p.documentsCommand(),
		p.ingestCommand(), p.evalCommand(), p.serveCommand(), p.keysCommand(), p.gapsCommand(), p.mcpCommand(), p.slackCommand(), p.doctorCommand(), p.versionCommand())
	return root
}

// knownCommand refuses a first word that is no command.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return usagef("unknown command %q; did you mean %s?", args[0], strings.Join(near, " or "))
	}
	return usagef("unknown command %q; for a question: yanbao ask %q; for all commands: yanbao --help", args[0], strings.Join(args, " "))
}

// arguments checks the number of arguments; most below 0 means no limit.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least {
			return usagef("%s: %s is missing; see: %s --help", c.Name(), what, c.CommandPath())
		}
		if most >= 0 && len(args) > most {
			return usagef("%s: too many arguments: %s; see: %s --help", c.Name(), strings.Join(args[most:], " "), c.CommandPath())
		}
		return nil
	}
}

// doubleDashes writes long flags with two dashes where they were given with
// one, so that -json and --json are the same. Arguments behind "--" stay.
func doubleDashes(root *cobra.Command, args []string) []string {
	long := map[string]bool{"help": true}
	var collect func(*cobra.Command)
	collect = func(c *cobra.Command) {
		for _, flags := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			flags.VisitAll(func(f *pflag.Flag) { long[f.Name] = true })
		}
		for _, sub := range c.Commands() {
			collect(sub)
		}
	}
	collect(root)
	out := make([]string, 0, len(args))
	for i, a := range args {
		if a == "--" {
			return append(out, args[i:]...)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		if strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "--") && len(name) > 1 && long[name] {
			a = "-" + a
		}
		out = append(out, a)
	}
	return out
}

// choice is a flag that takes one of a few values.
type choice struct {
	value   string
	allowed []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.allowed, "|") }

func (c *choice) Set(s string) error {
	for _, a := range c.allowed {
		if s == a {
			c.value = s
			return nil
		}
	}
	return fmt.Errorf("use one of %s", strings.Join(c.allowed, ", "))
}

// addChoice adds a flag that takes one of the values; the shell completes them.
func addChoice(c *cobra.Command, target *choice, name, value, usage string, allowed ...string) {
	*target = choice{value, allowed}
	c.Flags().Var(target, name, usage)
	complete := cobra.FixedCompletions(allowed, cobra.ShellCompDirectiveNoFileComp)
	if err := c.RegisterFlagCompletionFunc(name, complete); err != nil {
		panic(err) // unreachable: the flag was added in the line before
	}
}

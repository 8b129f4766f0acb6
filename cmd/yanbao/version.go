package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build is what the program knows of how it was made.
type build struct {
	Version  string `json:"version"`  // of the module, "(devel)" for a build from a checkout
	Revision string `json:"revision"` // commit, with "+changes" where the tree had changes; "" if not known
	Date     string `json:"date"`     // of the commit
	Go       string `json:"go"`
	System   string `json:"system"`
}

func (p *program) versionCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "print the version (版本)",
		Args:  arguments(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			b := readBuild()
			if asJSON {
				return p.printJSON(b)
			}
			p.print("yanbao %s", b.Version)
			if b.Revision != "" {
				p.print(" (%s, %s)", b.Revision, b.Date)
			}
			p.print(" %s %s\n", b.Go, b.System)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

func readBuild() build {
	b := build{Version: "(devel)", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	changed := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				changed = "+changes"
			}
		}
	}
	if b.Revision != "" {
		b.Revision += changed
	}
	return b
}

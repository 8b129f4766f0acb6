package main

import (
	"strings"

	"yanbao/bot"
	"yanbao/ingest"
)

// cellTexts returns the texts of a row, each put through form.
func cellTexts(row []ingest.Cell, form func(string) string) []string {
	texts := make([]string, len(row))
	for i, c := range row {
		texts[i] = form(c.Text)
	}
	return texts
}

func escaped(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = escape(t)
	}
	return out
}

// escape makes a text fit for a cell of a Markdown table.
func escape(s string) string {
	s = strings.TrimSpace(bot.Clean(s))
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "\r\n", "<br>", "\n", "<br>").Replace(s)
}

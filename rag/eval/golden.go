package eval

import (
	"fmt"
	"strings"
)

// Golden renders a report as a file that changes only when an answer or a rank
// does: no times, one block of lines for each item, the figures at the end.
func (r *Report) Golden() string {
	var b strings.Builder
	b.WriteString("# one block for each question; written by: yanbao eval --golden FILE --update\n\n")
	for _, res := range r.Results {
		b.WriteString(res.golden())
		b.WriteString("\n")
	}
	b.WriteString(totals)
	if err := r.Table(&b, true, false); err != nil {
		return "" // unreachable: a strings.Builder takes everything
	}
	return b.String()
}

// totals begins the last block of a golden file.
const totals = "totals\n"

func (r *Result) golden() string {
	outcome := "right"
	if !r.Right {
		outcome = "WRONG"
	}
	status := string(r.Status)
	if r.Error != "" {
		status = "error"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s", r.ID, r.Type, outcome, status)
	if r.answerable {
		fmt.Fprintf(&b, " rank=%d groups=%d/%d supported=%d/%d citations=%d/%d", r.Rank, r.Stated, r.Groups,
			r.Supported, r.Statements, r.Supporting, r.Cited)
	}
	b.WriteString("\n")
	if r.Why != "" {
		fmt.Fprintf(&b, "  why: %s\n", oneLine(r.Why))
	}
	if r.Answer != "" {
		fmt.Fprintf(&b, "  %s\n", oneLine(r.Answer))
	}
	return b.String()
}

// Diff compares two golden files block by block: the lines of blocks that
// differ, the old ones after "-", the new ones after "+". It is empty for equal
// files. changed counts the blocks.
func Diff(old, current string) (diff string, changed int) {
	before, after := blocks(old), blocks(current)
	var b strings.Builder
	seen := map[string]bool{}
	write := func(sign, text string) {
		for line := range strings.Lines(text) {
			b.WriteString(sign + strings.TrimRight(line, "\n") + "\n")
		}
	}
	for _, block := range after {
		seen[block.name] = true
		if was := find(before, block.name); was != block.text {
			changed++
			write("-", was)
			write("+", block.text)
		}
	}
	for _, block := range before {
		if !seen[block.name] {
			changed++
			write("-", block.text)
		}
	}
	return b.String(), changed
}

// block is one block of a golden file, named by its first word.
type block struct{ name, text string }

func blocks(file string) []block {
	var found []block
	body, end, _ := strings.Cut(file, "\n"+totals)
	for _, text := range strings.Split(body, "\n\n") {
		text = strings.Trim(text, "\n")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		name, _, _ := strings.Cut(text, " ")
		found = append(found, block{name, text})
	}
	if end != "" {
		found = append(found, block{strings.TrimSpace(totals), totals + end})
	}
	return found
}

func find(list []block, name string) string {
	for _, b := range list {
		if b.name == name {
			return b.text
		}
	}
	return ""
}

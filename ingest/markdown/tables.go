package markdown

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"yanbao/ingest"
)

// extractTables finds the tables of a text and returns the text with the line
// instead in place of the first line of each and its other lines emptied. Code
// between fences is left alone; marks nested deeper than maxDepth are escaped.
func extractTables(body []byte, instead string) ([]byte, []table) {
	lines := splitLines(body)
	var tables []table
	out := make([]byte, 0, len(body))
	fence := ""
	for i := 0; i < len(lines); {
		line := lines[i]
		if f := fenceOf(line); f != "" {
			if fence == "" {
				fence = f
			} else if strings.HasPrefix(f, fence) && strings.Trim(strings.TrimSpace(line), fence[:1]) == "" {
				fence = ""
			}
		}
		n := 0
		var rows [][]string
		if fence == "" {
			n, rows = tableAt(lines[i:])
		}
		if n == 0 {
			out = append(out, shallow(line)...)
			if i < len(lines)-1 {
				out = append(out, '\n')
			}
			i++
			continue
		}
		header := 1 + n - len(rows) // the row of dashes is no row
		tables = append(tables, table{line: i + 1, end: i + 1 + n, header: header, rows: rows})
		out = append(out, instead...)
		for k := range n {
			if i+k < len(lines)-1 {
				out = append(out, '\n')
			}
		}
		i += n
	}
	return out, tables
}

func splitLines(body []byte) []string {
	lines := make([]string, 0, bytes.Count(body, []byte("\n"))+1)
	text := string(body)
	for {
		at := strings.IndexByte(text, '\n')
		if at < 0 {
			return append(lines, text)
		}
		lines = append(lines, text[:at])
		text = text[at+1:]
	}
}

// fenceOf returns the run of ` or ~ that opens or closes fenced code, or "".
func fenceOf(line string) string {
	trimmed := strings.TrimLeft(line, " ")
	if len(line)-len(trimmed) > 3 || len(trimmed) < 3 || trimmed[0] != '`' && trimmed[0] != '~' {
		return ""
	}
	run := len(trimmed) - len(strings.TrimLeft(trimmed, trimmed[:1]))
	if run < 3 || trimmed[0] == '`' && strings.IndexByte(trimmed[run:], '`') >= 0 {
		return ""
	}
	return trimmed[:run]
}

// tableAt returns how many lines from the first are one table, and its rows.
func tableAt(lines []string) (int, [][]string) {
	if strings.IndexByte(lines[0], '|') >= 0 {
		if n := pipeTable(lines); n > 0 {
			return n, pipeRows(lines[:n])
		}
	}
	if strings.IndexByte(lines[0], '\t') < 0 {
		return 0, nil
	}
	n := ingest.TabTable(lines)
	rows := make([][]string, 0, n)
	for _, line := range lines[:n] {
		row := ingest.TabRow(line)
		for c := range row {
			row[c] = cellText(row[c])
		}
		rows = append(rows, row)
	}
	return n, rows
}

// pipeTable returns how many lines from the first are one table with pipes: a
// header above a row of dashes, or at least two lines between pipes. A line
// without a pipe ends it.
func pipeTable(lines []string) int {
	if len(lines) < 2 || isQuoted(lines[0]) {
		return 0
	}
	ruled := isDelimiter(lines[1])
	if isDelimiter(lines[0]) || !ruled && !(piped(lines[0]) && piped(lines[1])) {
		return 0
	}
	n := 1
	for n < len(lines) && strings.IndexByte(lines[n], '|') >= 0 && (ruled || piped(lines[n])) && (n < 2 || !headerAt(lines[n:])) {
		n++
	}
	if ruled {
		return max(n, 2)
	}
	return n
}

// headerAt reports whether another table begins at the first of lines.
func headerAt(lines []string) bool {
	return len(lines) > 1 && isDelimiter(lines[1]) && !isDelimiter(lines[0])
}

func isQuoted(line string) bool {
	line = strings.TrimLeft(line, " ")
	return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ")
}

// piped reports whether a line stands between pipes.
func piped(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) > 2 && line[0] == '|' && line[len(line)-1] == '|'
}

// isDelimiter reports whether a line is the row of dashes under a header.
func isDelimiter(line string) bool {
	line = strings.TrimSpace(line)
	return strings.IndexByte(line, '|') >= 0 && strings.IndexByte(line, '-') >= 0 && strings.Trim(line, "|-: \t") == ""
}

func pipeRows(lines []string) [][]string {
	rows := make([][]string, 0, len(lines))
	for i, line := range lines {
		if i == 1 && isDelimiter(line) {
			continue
		}
		rows = append(rows, pipeCells(line))
	}
	return rows
}

// pipeCells cuts a row at its pipes, escaped ones excepted.
func pipeCells(line string) []string {
	line = strings.TrimSpace(line)
	line = strings.TrimPrefix(line, "|")
	var cells []string
	start := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '|':
			cells = append(cells, cellText(line[start:i]))
			start = i + 1
		}
	}
	if rest := strings.TrimSpace(line[min(start, len(line)):]); rest != "" || len(cells) == 0 {
		cells = append(cells, cellText(rest))
	}
	return cells
}

// cellText returns the reading text of one cell.
func cellText(raw string) string {
	raw = strings.TrimSpace(raw)
	if !strings.ContainsAny(raw, inlineMarks) {
		return raw
	}
	return parseInline(raw).text
}

// shallow escapes the first list or quotation mark of a line that is nested
// deeper than maxDepth, so that no file can make the parser recurse without
// bound.
func shallow(line string) string {
	depth, i := 0, 0
	for i < len(line) {
		switch c := line[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '>' || (c == '-' || c == '*' || c == '+') && i+1 < len(line) && (line[i+1] == ' ' || line[i+1] == '\t'):
			if depth++; depth > maxDepth {
				return line[:i] + "\\" + line[i:]
			}
			i++
		case c >= '0' && c <= '9':
			k := i
			for k < len(line) && line[k] >= '0' && line[k] <= '9' {
				k++
			}
			if k+1 >= len(line) || line[k] != '.' && line[k] != ')' || line[k+1] != ' ' {
				return line
			}
			if depth++; depth > maxDepth {
				return line[:k] + "\\" + line[k:]
			}
			i = k + 1
		default:
			return line
		}
	}
	return line
}

func runes(s string) int { return utf8.RuneCountInString(s) }

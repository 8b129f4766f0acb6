package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"yanbao/bot"
	"yanbao/rag"
)

const chatHelp = `直接输入问题；后续问题可以省略上文说过的内容。Type a question; later ones may refer to earlier ones.
  /new    忘记前面的对话 (forget the conversation)
  /help   显示本说明 (this text)
  /quit   退出，Ctrl-D 亦可 (leave; Ctrl-D does too)
`

// longestLine is the longest line of a chat in bytes.
const longestLine = 1 << 20

// chat answers line by line until the input ends, /quit or an interrupt. Each
// answer is handed on with the questions after it.
func (p *program) chat(ctx context.Context, e bot.Asker, q rag.Question) error {
	for _, d := range e.Documents(ctx) {
		p.print("%s\n", bot.Reference(d.DocumentRef))
	}
	p.print("%s", p.paint().Dim(chatHelp))
	lines, failed := p.lines(ctx)
	for {
		p.print("\n%s ", p.paint().Bold(">"))
		select {
		case <-ctx.Done():
			p.print("\n")
			return nil
		case line, more := <-lines:
			if !more {
				p.print("\n")
				return <-failed
			}
			if leave := p.turn(ctx, e, &q, strings.TrimSpace(line)); leave {
				return nil
			}
		}
	}
}

// lines reads standard input without holding up an interrupt. The error, or
// nil at the end of the input, is there when the lines are closed.
func (p *program) lines(ctx context.Context) (<-chan string, <-chan error) {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(p.stdin)
		scanner.Buffer(nil, longestLine)
		for scanner.Scan() {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				failed <- nil
				return
			}
		}
		err := scanner.Err()
		if errors.Is(err, bufio.ErrTooLong) {
			err = usagef("chat: a line is longer than %d bytes", longestLine)
		} else if err != nil {
			err = fmt.Errorf("chat: read standard input: %w", err)
		}
		failed <- err
	}()
	return lines, failed
}

// turn answers one line of a chat; leave is true for /quit.
func (p *program) turn(ctx context.Context, e bot.Asker, q *rag.Question, line string) (leave bool) {
	switch {
	case line == "":
		return false
	case line == "/quit" || line == "/exit":
		return true
	case line == "/new":
		q.History = nil
		return false
	case line == "/help":
		p.print("%s", chatHelp)
		return false
	case strings.HasPrefix(line, "/"):
		p.note("no command %s here; /help lists them", line)
		return false
	}
	q.Text = line
	p.print("\n")
	a, err := p.answer(ctx, e, *q, false)
	if err != nil {
		p.report(err) // the next question may be fine
		return false
	}
	q.History = append(q.History, rag.Turn{Question: line, Answer: a.Answer})
	return false
}

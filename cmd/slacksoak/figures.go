package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"yanbao/bot/slackbot/slacktest"
)

// figures are what came of a soak.
type figures struct {
	Load       load     `json:"load"`
	Questions  int      `json:"questions"`
	Answered   int      `json:"answered"`   // with exactly one final answer
	Duplicate  int      `json:"duplicate"`  // with more than one
	Silent     int      `json:"silent"`     // with none
	Unfinished int      `json:"unfinished"` // messages that are not final
	Pairs      int      `json:"pairs"`      // of questions in a thread whose order is certain
	Disorder   int      `json:"disorder"`   // of these, answered the other way round
	Repeated   int      `json:"repeated"`   // events sent again
	Late       int      `json:"late"`       // events sent out of order
	Drops      int      `json:"drops"`
	Kills      int      `json:"kills"`
	Limited    int      `json:"limited"`
	Lost       int      `json:"lost"`
	AckP50     float64  `json:"ack_p50_ms"`
	AckP99     float64  `json:"ack_p99_ms"`
	AckMax     float64  `json:"ack_max_ms"`
	Violations []string `json:"violations"`
	Seconds    float64  `json:"seconds"`
}

// measure reads the figures off the channels.
func measure(s *slacktest.Server, questions []asked) figures {
	f := figures{Questions: len(questions), Violations: s.Violations()}
	position, count := make(map[string]int), make(map[string]int)
	for _, id := range channels(questions) {
		for i, m := range s.Messages(id) {
			if !m.Bot() {
				continue
			}
			ts, final := answers(m)
			if !final {
				f.Unfinished++
				continue
			}
			count[ts]++
			position[ts] = i
		}
	}
	threads := make(map[string][]asked)
	for _, q := range questions {
		switch n := count[q.ts]; {
		case n == 0:
			f.Silent++
		case n == 1:
			f.Answered++
		default:
			f.Duplicate++
		}
		threads[q.thread] = append(threads[q.thread], q)
	}
	courses := s.Courses()
	for _, list := range threads {
		f.order(list, position, courses)
	}
	f.latency(s.Acks())
	return f
}

// order checks all pairs of questions of a thread of which the first was
// acknowledged before the second was sent at all.
func (f *figures) order(list []asked, position map[string]int, courses map[string]slacktest.Course) {
	for i, a := range list {
		for _, b := range list[i+1:] {
			first, second := courses[a.ts], courses[b.ts]
			if first.Accepted == 0 || first.Accepted >= second.Sent {
				continue
			}
			f.Pairs++
			if position[a.ts] > position[b.ts] {
				f.Disorder++
			}
		}
	}
}

func channels(questions []asked) []string {
	var ids []string
	for _, q := range questions {
		if !slices.Contains(ids, q.channel) {
			ids = append(ids, q.channel)
		}
	}
	return ids
}

// answers reads off a message which question it is the final answer to.
func answers(m slacktest.Message) (ts string, final bool) {
	var blocks []struct {
		ID string `json:"block_id"`
	}
	if json.Unmarshal(m.Blocks, &blocks) != nil || len(blocks) == 0 {
		return "", false
	}
	parts := strings.Fields(blocks[0].ID)
	if len(parts) < 2 || parts[0] != "yb-final" {
		return "", false
	}
	return parts[1], true
}

func (f *figures) latency(acks []time.Duration) {
	if len(acks) == 0 {
		return
	}
	slices.Sort(acks)
	ms := func(share float64) float64 {
		return float64(acks[min(len(acks)-1, int(share*float64(len(acks))))].Microseconds()) / 1000
	}
	f.AckP50, f.AckP99, f.AckMax = ms(0.5), ms(0.99), ms(1)
}

// mostAck is what the 99th percentile of acknowledgements stays below.
const mostAck = 100

// verdict is an error unless everything came out as it must. How fast it was
// is judged as well.
func (f figures) verdict() error {
	if err := f.complete(); err != nil {
		return err
	}
	if f.AckP99 >= mostAck {
		return fmt.Errorf("acknowledgements: p99 %.1f ms, want below %d ms", f.AckP99, mostAck)
	}
	return nil
}

// complete is verdict without the times.
func (f figures) complete() error {
	if f.Answered != f.Questions || f.Duplicate+f.Silent+f.Unfinished+f.Disorder+len(f.Violations) > 0 {
		return fmt.Errorf("%d questions: %d answered once, %d twice, %d not; %d messages not final, %d pairs out of order, %d violations",
			f.Questions, f.Answered, f.Duplicate, f.Silent, f.Unfinished, f.Disorder, len(f.Violations))
	}
	return nil
}

func (f figures) print(w io.Writer) {
	fmt.Fprintf(w, "questions            %d in %d threads of %d channels, %g a second\n", f.Questions, f.Load.Threads, f.Load.Channels, f.Load.Rate)
	fmt.Fprintf(w, "what went wrong      %d events repeated, %d late, %d connections dropped, %d kills, %d rate limits, %d lost replies\n",
		f.Repeated, f.Late, f.Drops, f.Kills, f.Limited, f.Lost)
	fmt.Fprintf(w, "answered once        %d\n", f.Answered)
	fmt.Fprintf(w, "answered twice       %d\n", f.Duplicate)
	fmt.Fprintf(w, "not answered         %d\n", f.Silent)
	fmt.Fprintf(w, "messages not final   %d\n", f.Unfinished)
	fmt.Fprintf(w, "order in threads     %d of %d pairs out of order\n", f.Disorder, f.Pairs)
	fmt.Fprintf(w, "acknowledged within  p50 %.1f ms, p99 %.1f ms, most %.1f ms\n", f.AckP50, f.AckP99, f.AckMax)
	fmt.Fprintf(w, "against Slack's rules %d\n", len(f.Violations))
	for _, v := range f.Violations[:min(len(f.Violations), 5)] {
		fmt.Fprintf(w, "  %s\n", v)
	}
	fmt.Fprintf(w, "took                 %.0f s\n", f.Seconds)
}

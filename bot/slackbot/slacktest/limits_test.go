package slacktest

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheckBlocks(t *testing.T) {
	section := func(text string) string {
		return fmt.Sprintf(`{"type":"section","text":{"type":"plain_text","text":%q}}`, text)
	}
	mrkdwn := func(text string) string {
		return fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":%q}}`, text)
	}
	repeated := func(s string, n int) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	button := `{"type":"button","action_id":"a","text":{"type":"plain_text","text":"甲"}}`
	for name, test := range map[string]struct {
		blocks string
		ok     bool
	}{
		"one section":           {section("甲"), true},
		"3,000 Han characters":  {section(strings.Repeat("字", 3000)), true},
		"3,001 Han characters":  {section(strings.Repeat("字", 3001)), false},
		"empty text":            {section(""), false},
		"50 blocks":             {repeated(section("甲"), 50), true},
		"51 blocks":             {repeated(section("甲"), 51), false},
		"no blocks":             {``, false},
		"five long sections":    {repeated(section(strings.Repeat("字", 3000)), 5), false},
		"unknown block":         {`{"type":"poem"}`, false},
		"a mention":             {mrkdwn("<@U1> 你好"), false},
		"everybody":             {mrkdwn("<!channel>"), false},
		"an escaped mention":    {mrkdwn("&lt;@U1&gt;"), true},
		"25 buttons":            {`{"type":"actions","elements":[` + strings.ReplaceAll(repeated(button, 25), `"a"`, `"a"`) + `]}`, false}, // the same action_id
		"one button":            {`{"type":"actions","elements":[` + button + `]}`, true},
		"a block ID twice":      {`{"type":"divider","block_id":"x"},{"type":"divider","block_id":"x"}`, false},
		"a long text on button": {`{"type":"actions","elements":[` + strings.Replace(button, "甲", strings.Repeat("字", 76), 1) + `]}`, false},
		"rich text":             {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<@U1>","style":{"bold":true}}]}]}`, true},
		"a mention element":     {`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"}]}]}`, false},
	} {
		if err := CheckBlocks([]byte("[" + test.blocks + "]")); (err == nil) != test.ok {
			t.Errorf("%s: %v, want ok %v", name, err, test.ok)
		}
	}
}

func TestCheckView(t *testing.T) {
	view := func(title string, blocks string) string {
		return fmt.Sprintf(`{"type":"modal","title":{"type":"plain_text","text":%q},"blocks":[%s]}`, title, blocks)
	}
	divider := `{"type":"divider"}`
	for name, test := range map[string]struct {
		view string
		ok   bool
	}{
		"a divider":       {view("标题", divider), true},
		"title of 25":     {view(strings.Repeat("字", 25), divider), false},
		"101 blocks":      {view("标题", strings.TrimSuffix(strings.Repeat(divider+",", 101), ",")), false},
		"an input":        {view("标题", `{"type":"input","label":{"type":"plain_text","text":"谁"},"element":{"type":"multi_users_select","action_id":"who"}}`), true},
		"no select items": {view("标题", `{"type":"input","label":{"type":"plain_text","text":"谁"},"element":{"type":"static_select","action_id":"who","options":[]}}`), false},
	} {
		if err := CheckView([]byte(test.view)); (err == nil) != test.ok {
			t.Errorf("%s: %v, want ok %v", name, err, test.ok)
		}
	}
}

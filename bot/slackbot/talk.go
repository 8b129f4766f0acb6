package slackbot

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"yanbao/bot"
)

// link is what Slack makes of mentions, channels and addresses in a message:
// <@U1>, <#C1|name>, <https://x|label>, <!here>.
var link = regexp.MustCompile(`<([@#!]?)([^>|]*)(?:\|([^>]*))?>`)

// mentionsOf lists the users and groups that a message addresses.
func mentionsOf(said string) []string {
	var ids []string
	for _, m := range link.FindAllStringSubmatch(said, -1) {
		if m[1] == "@" || m[1] == "!" {
			ids = append(ids, m[2])
		}
	}
	return ids
}

// addressesOthers reports whether a message addresses somebody besides user.
func addressesOthers(said, user string) bool {
	return slices.ContainsFunc(mentionsOf(said), func(id string) bool { return id != user })
}

// question is what a message asks: without mentions, links as their labels.
func question(said string) string {
	said = link.ReplaceAllStringFunc(said, func(s string) string {
		m := link.FindStringSubmatch(s)
		switch {
		case m[1] == "@" || m[1] == "!":
			return " "
		case m[1] == "#":
			return "#" + m[3]
		case m[3] != "":
			return m[3]
		}
		return m[2]
	})
	return strings.TrimSpace(unescape(said))
}

// Small talk: whole messages, without signs and capitals.
var (
	greetings = words("你好 您好 嗨 在吗 在么 早 早上好 早安 上午好 中午好 下午好 晚上好 大家好 hi hello hey hellothere goodmorning goodafternoon goodevening")
	thanks    = words("谢谢 谢谢你 谢谢您 多谢 感谢 谢了 谢啦 非常感谢 辛苦了 好的谢谢 明白了谢谢 thanks thankyou thx ty manythanks thanksalot thankyouverymuch cheers")
	remarks   = words("好 好的 好滴 行 可以 收到 明白 明白了 知道了 了解 懂了 嗯 嗯嗯 哦 哈哈 对 对的 是的 没错 赞 棒 不错 厉害 ok okay okey k yes yep yeah sure great nice cool gotit isee noted right agreed lgtm haha lol wow")
	pleas     = words("帮助 help 怎么用 如何使用 使用说明 你会什么 你能做什么 你会做什么 你能干什么 你是谁 whatcanyoudo whoareyou howdoesthiswork howtouse usage")
)

func words(s string) map[string]bool {
	out := make(map[string]bool)
	for w := range strings.FieldsSeq(s) {
		out[w] = true
	}
	return out
}

// emoji is what Slack makes of a picture: :tada:, :+1:.
var emoji = regexp.MustCompile(`:(?:[+-]1|[a-z][a-z0-9_+-]*):(?::skin-tone-\d:)?`)

// bare is a message without pictures, signs and capitals.
func bare(said string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, emoji.ReplaceAllString(said, ""))
}

// remark reports whether a message in a thread that addresses nobody is a word
// among people: nothing, a picture, "ok". Thanks are for the bot.
func remark(said string) bool {
	b := bare(said)
	return b == "" || remarks[b] || remarks[strings.TrimRight(b, "呀啊哈吗呢吧啦")]
}

// smallTalk is what is said to a message that asks nothing of a report; "" for
// a question.
func smallTalk(asked string, c bot.Chat, help string) string {
	bare := strings.TrimRight(bare(asked), "呀啊哈吗呢吧啦")
	switch {
	case strings.TrimSpace(asked) == "":
		return c.Empty
	case bare == "" || pleas[bare]:
		return help
	case greetings[bare]:
		return c.Hello + "\n" + help
	case thanks[bare]:
		return c.Welcome
	}
	return ""
}

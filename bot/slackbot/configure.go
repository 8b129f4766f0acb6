package slackbot

import (
	"context"
	"fmt"
	"slices"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/slack-go/slack"
)

// Blocks of the settings modal; each holds one input of the same name.
const (
	inputDocument = "document"
	inputLanguage = "language"
	inputFollowUp = "follow_up"
	inputAskers   = "askers"
)

// all stands for an option that sets nothing: Slack takes no empty values.
const all = "-"

// openSettings opens the settings of the channel that the command was used in.
func (b *Bot) openSettings(ctx context.Context, c slack.SlashCommand, place Place) error {
	words := b.chat(place, "")
	refused := ""
	switch {
	case place.Locked:
		refused = words.Locked
	case !b.mayConfigure(c.UserID):
		refused = words.NoAdmin
	}
	if refused != "" {
		return b.respond(ctx, c.ChannelID, c.ResponseURL, aside(say("", refused), false))
	}
	_, err := b.api.OpenViewContext(ctx, c.TriggerID, b.settingsModal(ctx, c.ChannelID, place, words))
	return err
}

func (b *Bot) mayConfigure(user string) bool {
	return len(b.settings.Admins) == 0 || slices.Contains(b.settings.Admins, user)
}

// settingsModal shows the settings of a place.
func (b *Bot) settingsModal(ctx context.Context, channel string, p Place, words bot.Chat) slack.ModalViewRequest {
	documents := []choice{{all, words.AllDocuments}}
	for _, d := range b.Asker.Documents(ctx) {
		documents = append(documents, choice{d.ID, bot.Reference(d.DocumentRef)})
	}
	languages := []choice{{all, words.AnyLanguage}, {bot.Chinese, "中文"}, {bot.English, "English"}}
	rules := []choice{{string(FollowAuto), words.FollowAuto}, {string(FollowAlways), words.FollowAlways},
		{string(FollowMention), words.FollowMention}, {string(FollowNever), words.FollowNever}}
	who := &slack.MultiSelectBlockElement{Type: slack.MultiOptTypeUser, ActionID: inputAskers, InitialUsers: p.Askers}
	askers := slack.NewInputBlock(inputAskers, label(words.Who, 200), label(words.WhoHint, 200), who).WithOptional(true)
	v := newRenderer(p.Language, "").modal(words.SettingsTitle, []slack.Block{
		input(inputDocument, words.Document, documents, p.Document), input(inputLanguage, words.Language, languages, p.Language),
		input(inputFollowUp, words.FollowUp, rules, string(p.FollowUp)), askers})
	v.Submit, v.CallbackID, v.PrivateMetadata = label(words.Save, mostTitle), callbackSettings, channel
	return v
}

// choice is an option of a menu: what it stands for and what it says.
type choice struct{ value, said string }

// input is a menu of choices with one chosen; the first where none is.
func input(name, said string, choices []choice, chosen string) slack.Block {
	var options []*slack.OptionBlockObject
	initial := 0
	for _, c := range choices[:min(len(choices), mostOptions)] {
		if len(c.value) > 150 {
			continue // Slack takes no longer values
		}
		if c.value == chosen {
			initial = len(options)
		}
		options = append(options, slack.NewOptionBlockObject(c.value, plain(c.said, mostOption), nil))
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, name, options...)
	e.InitialOption = options[initial]
	return slack.NewInputBlock(name, label(said, 200), nil, e)
}

// submitSettings takes the settings that somebody saved. They are persisted
// before the acknowledgement closes the modal; errors stay in it.
func (b *Bot) submitSettings(i *slack.InteractionCallback) (ack any, then func()) {
	ctx, cancel := context.WithTimeout(b.base, persistIn)
	defer cancel()
	channel := i.View.PrivateMetadata
	place := b.place(ctx, i.Team.ID, channel)
	words := b.chat(place, "")
	wrong := func(said string) (any, func()) {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{inputDocument: said}), func() {}
	}
	switch {
	case place.Locked:
		return wrong(words.Locked)
	case !b.mayConfigure(i.User.ID):
		return wrong(words.NoAdmin)
	case i.View.State == nil:
		return wrong(fmt.Sprintf(words.Failed, "-"))
	}
	values := i.View.State.Values
	chosen := func(name string) string {
		if v := values[name][name].SelectedOption.Value; v != all {
			return v
		}
		return ""
	}
	set := Place{Document: chosen(inputDocument), Language: chosen(inputLanguage), FollowUp: Rule(chosen(inputFollowUp)), Askers: values[inputAskers][inputAskers].SelectedUsers}
	known := set.Document == "" || slices.ContainsFunc(b.Asker.Documents(ctx), func(d rag.DocumentView) bool { return d.ID == set.Document })
	if !known {
		return wrong(words.Gone)
	}
	if err := set.check(); err != nil {
		return wrong(fmt.Sprintf(words.Failed, "-"))
	}
	if err := b.setPlace(ctx, i.Team.ID, channel, i.User.ID, set); err != nil {
		b.log.Error("slack: settings cannot be persisted", "error", err)
		return wrong(words.Unsaved)
	}
	saved := b.chat(set, "").Saved
	return nil, func() { b.whisper(channel, i.User.ID, "", saved) }
}

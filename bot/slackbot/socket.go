package slackbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// listen takes events from the socket until ctx is done. The connection is
// made anew whenever it ends; only tokens that Slack does not know are an
// error.
func (b *Bot) listen(ctx context.Context) error {
	socket := socketmode.New(b.api, socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ctx, cancel := context.WithCancel(ctx)
	var served sync.WaitGroup
	defer func() { cancel(); served.Wait() }()
	served.Go(func() { b.distribute(ctx, socket, &served) })
	for {
		err := socket.RunContext(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var refused slack.SlackErrorResponse
		if errors.As(err, &refused) && slices.Contains([]string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type", "missing_scope"}, refused.Err) {
			return fmt.Errorf("slack: the app token is refused (%s); see: yanbao slack check", refused.Err)
		}
		b.log.Warn("slack: the connection ended, connecting again", "error", withoutAddress(err))
		if b.pause(ctx, time.Second) != nil {
			return nil
		}
	}
}

// receivers is how many events of the socket are persisted at a time. Events of
// one channel are taken in the order in which they come.
const receivers = 16

// distribute hands the events of the socket to receivers by channel.
func (b *Bot) distribute(ctx context.Context, socket *socketmode.Client, served *sync.WaitGroup) {
	lines := make([]chan socketmode.Event, receivers)
	for i := range lines {
		line := make(chan socketmode.Event, 32)
		lines[i] = line
		served.Go(func() {
			for {
				select {
				case e := <-line:
					b.receive(ctx, socket, e)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	seed := maphash.MakeSeed()
	for {
		select {
		case e := <-socket.Events:
			select {
			case lines[maphash.String(seed, channelOf(e))%receivers] <- e:
			case <-ctx.Done():
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// channelOf is the channel that an event of the socket is about; "" for none.
func channelOf(e socketmode.Event) string {
	switch data := e.Data.(type) {
	case slackevents.EventsAPIEvent:
		switch m := data.InnerEvent.Data.(type) {
		case *slackevents.MessageEvent:
			return m.Channel
		case *slackevents.AppMentionEvent:
			return m.Channel
		}
	case slack.SlashCommand:
		return data.ChannelID
	case slack.InteractionCallback:
		return data.Channel.ID
	}
	return ""
}

// receive takes one event of the socket: persisted, acknowledged, then acted on.
func (b *Bot) receive(ctx context.Context, socket *socketmode.Client, e socketmode.Event) {
	var ack any
	then := func() {}
	switch e.Type {
	case socketmode.EventTypeEventsAPI:
		if data, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			then = b.event(data)
		}
	case socketmode.EventTypeSlashCommand:
		if data, ok := e.Data.(slack.SlashCommand); ok {
			ack, then = b.command(data)
		}
	case socketmode.EventTypeInteractive:
		if data, ok := e.Data.(slack.InteractionCallback); ok {
			ack, then = b.interaction(data)
		}
	case socketmode.EventTypeErrorBadMessage:
		// An event that the library does not know is acknowledged: it is none of ours.
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
			var envelope socketmode.Request
			if json.Unmarshal(bad.Message, &envelope) == nil && envelope.EnvelopeID != "" {
				e.Request = &envelope
			}
		}
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			b.log.Warn("slack: cannot connect, trying again", "error", withoutAddress(failed.ErrorObj), "in", failed.Backoff)
		}
	}
	if e.Request != nil && e.Request.EnvelopeID != "" {
		err := socket.SendCtx(ctx, socketmode.Response{EnvelopeID: e.Request.EnvelopeID, Payload: ack})
		if err != nil && ctx.Err() == nil {
			b.log.Error("slack: an event cannot be acknowledged", "error", err)
		}
	}
	then()
}

// withoutAddress is an error without the address that failed: the one of the
// socket holds a secret.
func withoutAddress(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

package slackbot

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"yanbao/bot"

	"gopkg.in/yaml.v3"
)

// Rule says what the bot does with replies in threads that do not mention it.
type Rule string

// Rules.
const (
	FollowAuto    Rule = "auto"    // answer in threads where it answers and nobody else is addressed
	FollowAlways  Rule = "always"  // answer in every thread that it takes part in
	FollowMention Rule = "mention" // answer only when mentioned
	FollowNever   Rule = "never"   // as mention, and a question in a thread stands by itself
)

// Place is the settings of one channel; the zero value is the default.
type Place struct {
	Document string   `json:"document,omitempty" yaml:"document"` // ID of the report to answer from; "" for all
	Language string   `json:"language,omitempty" yaml:"language"` // "zh", "en" or "" for that of the question
	FollowUp Rule     `json:"follow_up,omitempty" yaml:"follow_up"`
	Askers   []string `json:"askers,omitempty" yaml:"askers"` // user IDs that may ask; empty for all
	Locked   bool     `json:"locked,omitempty" yaml:"locked"` // set by file alone
}

// Settings are those of a file. The zero value opens the bot everywhere that
// it is invited to.
type Settings struct {
	Teams    []string         `yaml:"workspaces"` // IDs of the workspaces that may ask; empty for all
	Channels []string         `yaml:"channels"`   // IDs of the channels that may ask; empty for all; direct messages always may
	Admins   []string         `yaml:"admins"`     // user IDs that may change settings in Slack; empty for everybody
	Default  Place            `yaml:"default"`
	Places   map[string]Place `yaml:"settings"` // by channel ID
}

// ReadSettings reads settings in YAML (or JSON, which is YAML). Errors name
// what is wrong and where.
func ReadSettings(data []byte) (Settings, error) {
	var s Settings
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return Settings{}, fmt.Errorf("slack settings: %w", err)
	}
	if err := s.Default.check(); err != nil {
		return Settings{}, fmt.Errorf("slack settings: default: %w", err)
	}
	for id, p := range s.Places {
		if err := p.check(); err != nil {
			return Settings{}, fmt.Errorf("slack settings: channel %s: %w", id, err)
		}
	}
	return s, nil
}

func (p Place) check() error {
	if !slices.Contains([]string{"", bot.Chinese, bot.English}, p.Language) {
		return fmt.Errorf("language %q: use zh, en or leave it out", p.Language)
	}
	if !slices.Contains([]Rule{"", FollowAuto, FollowAlways, FollowMention, FollowNever}, p.FollowUp) {
		return fmt.Errorf("follow_up %q: use auto, always, mention or never", p.FollowUp)
	}
	return nil
}

// allowed reports whether the bot is open in a channel of a workspace.
func (s *Settings) allowed(channel string) bool {
	return len(s.Channels) == 0 || slices.Contains(s.Channels, channel) || isDirect(channel)
}

// isDirect reports whether a channel is a direct message.
func isDirect(channel string) bool { return len(channel) > 0 && channel[0] == 'D' }

// place returns the settings of a channel: what was set in Slack, else by
// file, else the default.
func (b *Bot) place(ctx context.Context, team, channel string) Place {
	p, byFile := b.settings.Places[channel]
	if !byFile {
		p = b.settings.Default
	}
	if p.Locked {
		return p
	}
	key := team + " " + channel
	b.mu.Lock()
	known, ok := b.places[key]
	b.mu.Unlock()
	if ok {
		return known
	}
	var body []byte
	err := b.ledger.record.View(ctx, func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, `SELECT body FROM slack_settings WHERE team = ? AND channel = ?`, team, channel).Scan(&body)
	})
	if err == nil {
		var set Place
		if err = json.Unmarshal(body, &set); err == nil {
			p = set
		}
	} else if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		b.log.Error("slack: settings of a channel cannot be read", "error", err)
		return p
	}
	b.mu.Lock()
	b.places[key] = p
	b.mu.Unlock()
	return p
}

// setPlace persists the settings of a channel.
func (b *Bot) setPlace(ctx context.Context, team, channel, user string, p Place) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	err = b.ledger.record.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO slack_settings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, user = excluded.user, at = excluded.at`,
			team, channel, string(body), user, b.clock.Now().UnixMilli())
		return err
	})
	b.mu.Lock()
	delete(b.places, team+" "+channel)
	b.mu.Unlock()
	return err
}

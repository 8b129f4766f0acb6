package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"yanbao/bot/record"
	"yanbao/bot/slackbot"
	"yanbao/bot/slackbot/slacktest"
	"yanbao/rag"
)

// door serves the fake Slack until it is stopped or killed.
func door(ctx context.Context, url, data string) error {
	r, err := record.Open(ctx, data, record.Options{Schemas: []record.Schema{slackbot.Schema()}})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	b, err := slackbot.New(slackbot.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, Asker: echo{}, Record: r, API: url + "/api/", Log: log})
	if err != nil {
		return errors.Join(err, r.Close())
	}
	return errors.Join(b.Run(ctx), r.Close())
}

// echo answers every question with itself: the soak is about the door.
type echo struct{}

func (echo) Ask(_ context.Context, q rag.Question) (*rag.Answer, error) {
	said := "共1,200家：" + q.Text
	c := rag.Citation{N: 1, PassageID: "p1", Document: rag.DocumentRef{ID: "tea", Title: "《茶饮》"}, Section: []string{"概况"}, Text: said, Quote: said}
	return &rag.Answer{ID: fmt.Sprintf("%x", q.Text), Question: q.Text, Status: rag.Answered, Language: "zh", Answer: said + "[1]。",
		Claims:    []rag.Claim{{Text: said, Citations: []int{1}, Values: []rag.Value{{Text: "1,200家", Citation: 1}}}},
		Citations: []rag.Citation{c}, Related: []rag.Related{}, Notices: []string{}, Mode: "extractive"}, nil
}

func (e echo) Stream(ctx context.Context, q rag.Question, _ func(rag.Event)) (*rag.Answer, error) {
	return e.Ask(ctx, q)
}

func (echo) Search(context.Context, rag.SearchRequest) ([]rag.SearchResult, error) { return nil, nil }

func (echo) Passage(_ context.Context, id string) (*rag.PassageView, error) {
	return nil, fmt.Errorf("%w: passage %q", rag.ErrUnknown, id)
}

func (echo) Documents(context.Context) []rag.DocumentView { return nil }

func (echo) Tables(context.Context, string) []rag.TableView { return nil }

func (echo) Table(_ context.Context, id string) (*rag.TableView, error) {
	return nil, fmt.Errorf("%w: table %q", rag.ErrUnknown, id)
}

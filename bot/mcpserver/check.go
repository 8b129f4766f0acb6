package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"yanbao/bot"
	"yanbao/rag"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type checkInput struct {
	Text     string `json:"text" jsonschema:"the text to check, in Chinese or English, 1 to 4000 characters; full sentences with the year and the name they are about"`
	Document string `json:"document,omitempty" jsonschema:"ID of the one document to check against; leave it out for all"`
}

type checkOutput struct {
	Claims []rag.CheckedClaim `json:"claims" jsonschema:"the sentences of the text in its order"`
}

func (s *Server) addCheck() {
	addTool(s, tool[checkInput, checkOutput]{
		name:  "check",
		title: "Check a text · 核对文字",
		description: `Checks each sentence of a text that somebody wrote, or that you are about to write, against the reports, by plain code. The outcome of a sentence is "supported" or "contradicted", each with the passage that says so, "not_in_report" (no passage speaks of it: it may still be true), or "no_claim" (a question, words that only connect).
逐句核对一段文字：报告支持、与报告不符、报告中没有，并给出处。`,
		input:  func(s *jsonschema.Schema) { limit(s, "text", 1, rag.MaxQuestion) },
		output: describeCheck,
		call: func(ctx context.Context, _ *mcp.CallToolRequest, in checkInput) (checkOutput, []mcp.Content, error) {
			if err := s.knows(ctx, in.Document); err != nil {
				return checkOutput{}, nil, err
			}
			claims, err := bot.Check(ctx, s.asker, in.Text, in.Document)
			if errors.Is(err, bot.ErrCannotCheck) {
				return checkOutput{}, nil, argumentf("this server checks no texts; ask for each statement instead")
			}
			if err != nil {
				return checkOutput{}, nil, err
			}
			claims = filledClaims(claims)
			return checkOutput{claims}, text(renderClaims(claims)), nil
		},
	})
}

func filledClaims(shared []rag.CheckedClaim) []rag.CheckedClaim {
	claims := append([]rag.CheckedClaim{}, shared...)
	for i := range claims {
		claims[i].Citations = filledCitations(claims[i].Citations)
	}
	return claims
}

func describeCheck(s *jsonschema.Schema) {
	claim := s.Properties["claims"].Items
	describe(claim, map[string]string{
		"text":      "the sentence",
		"outcome":   "supported; contradicted; not_in_report: no passage says this or its contrary; no_claim: nothing to check",
		"verdict":   "what the check found, empty where nothing was held against it",
		"detail":    "of a contradiction: what is wrong and what the report says",
		"citations": "the passages that support or contradict it, numbered over the whole text",
	})
	enum(claim, "outcome", string(rag.Upheld), string(rag.Contradicted), string(rag.NotInReport), string(rag.NoClaim))
	describeCitation(claim.Properties["citations"].Items)
}

// renderClaims is a check for people and for models that read text.
func renderClaims(claims []rag.CheckedClaim) string {
	var b strings.Builder
	for _, c := range claims {
		fmt.Fprintf(&b, "%s: %s\n", c.Outcome, bot.Shorten(c.Text, 0))
		if c.Detail != "" {
			fmt.Fprintf(&b, "   %s\n", bot.Shorten(c.Detail, 0))
		}
		for _, at := range c.Citations {
			fmt.Fprintf(&b, "   [%d] “%s” %s (%s)\n", at.N, bot.Quote(at, 0), bot.Reference(at.Document), bot.Clean(at.PassageID))
		}
	}
	return b.String()
}

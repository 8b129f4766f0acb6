package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// bench is a question set in memory.
type bench struct {
	chunks    []chunk
	questions []benchQuestion // those that some chunk answers
	leftOut   int
}

// chunk is a passage of a paragraph.
type chunk struct {
	ID     string `json:"id"`
	Parent string `json:"parent"`
	Text   string `json:"text"`
}

type benchQuestion struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Passage  string   `json:"passage"` // the right paragraph
	Chunks   []string `json:"chunks"`  // the right passages of it
}

// loadBench reads a set; limit above 0 keeps its first paragraphs and their
// questions.
func loadBench(dir, set string, limit int) (*bench, error) {
	chunks, err := readLines[chunk](filepath.Join(dir, set+"_chunks.jsonl"))
	if err != nil {
		return nil, err
	}
	questions, err := readLines[benchQuestion](filepath.Join(dir, set+"_questions.jsonl"))
	if err != nil {
		return nil, err
	}
	b := &bench{}
	parents := make(map[string]bool)
	for _, c := range chunks {
		if limit > 0 && len(parents) >= limit && !parents[c.Parent] {
			continue
		}
		parents[c.Parent] = true
		b.chunks = append(b.chunks, c)
	}
	for _, q := range questions {
		switch {
		case !parents[q.Passage]:
		case len(q.Chunks) == 0:
			b.leftOut++
		default:
			b.questions = append(b.questions, q)
		}
	}
	if len(b.questions) == 0 {
		return nil, fmt.Errorf("%s: no question has a right passage", set)
	}
	return b, nil
}

// readLines reads one JSON object a line.
func readLines[T any](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<24)
	var out []T
	for s.Scan() {
		var v T
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", path, len(out)+1, err)
		}
		out = append(out, v)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

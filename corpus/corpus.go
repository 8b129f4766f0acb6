// Package corpus embeds what yanbao ships: the edition of
// 《2025年中国大模型行业发展研究报告》 restated in our own words, and the tables of
// names, synonyms, terms and question words.
//
// It holds data and no logic. The edition is a Markdown file that is read like
// any file of a user (ingest/markdown); the tables are read by
// question.LoadLexicon. The original report is not here: a reader who has a
// copy ingests it with `yanbao ingest`.
package corpus

import (
	"embed"
	"io/fs"
)

// editionName is the file name of the shipped edition; its stem is the ID of
// the document.
const editionName = "36kr-llm-2025.md"

//go:embed 36kr-llm-2025.md
var edition string

//go:embed lexicon/*.tsv
var lexicon embed.FS

// Edition returns the file name and the content of the shipped edition. The
// content is a copy: a caller may change it.
func Edition() (name string, data []byte) {
	return editionName, []byte(edition)
}

// Lexicon returns the tables (*.tsv) at the root of a file system.
func Lexicon() fs.FS {
	sub, err := fs.Sub(lexicon, "lexicon")
	if err != nil {
		return lexicon // unreachable: the path is a constant and valid
	}
	return sub
}

// Yanbao answers questions over Chinese research reports with cited passages.
//
//	yanbao ask "2024年中国大模型市场规模有多大？"
//
// This package is the command line: flags, environment, wiring, one file per
// subcommand. It decides nothing about answers. Results go to stdout,
// everything else to stderr; the exit code is 0 for an answer, 3 where the
// report holds none, 1 for an error and 2 for a command line that cannot be
// used.
//
// # A tour of the code, bottom up
//
// Reading. Package ingest holds a report as structure (Document: sections,
// blocks, tables with cells, figures) and as passages, the units that are found
// and cited; it repairs what delivered files do to headings, tables, captions
// and footnotes. A reader per format turns bytes into elements: ingest/markdown,
// ingest/plaintext, ingest/jsonl. Every offset slices back into the text, and
// the passages together hold every character of it.
//
// Words and numbers. Package lexical folds text for matching, cuts it into
// terms and ranks with BM25. Package quantity reads numbers, units and periods
// as values that can be compared. Package question says what is asked, with the
// names, synonyms and terms of corpus/lexicon. None of them sees a report.
//
// Vectors. Package llm holds the contract of an embedder and offline the
// built-in one, which hashes n-grams and needs no network. Package store holds
// the contract of a vector store, storetest its conformance suite and
// chromemstore the default in memory.
//
// Models. Package llm holds the contract of a generator as well, llmtest its
// conformance suite and fakes. Package langchain speaks to services and reads
// their answers first, guard tries again, stops asking what is down, remembers
// and counts, and wiretest is a server that speaks their protocols for tests.
// What is known of each service is data (services.go).
//
// The index. Package index makes documents searchable (Build, in memory) and
// keeps them in a data directory (Library) as generations: a new one is written
// beside the old one and switched to by one rename.
//
// Answers. Package retrieve ranks passages for a question; table computes on
// tables; ground selects the sentence, row or caption that an answer rests on
// and verifies every claim against what it cites; answer drafts the claims.
//
// Wording by a model. Package prompts holds what a model is told, as templates
// that tell data from instructions. answer.Generated reads its text sentence by
// sentence and lets out what ground finds in the cited passages; rag decides
// when the report's own words stand in (generation.go, plan.go).
//
// The engine. Package rag joins the stages: Engine.Ask understands, retrieves,
// selects, drafts, verifies and composes, in one screen. It is the one function
// behind every door. Package eval scores it over a file of questions.
//
// Doors. Package bot renders answers. Package mcpserver serves them to programs
// that speak the Model Context Protocol, httpapi over HTTP and to OpenAI
// clients, with web's pages, slackbot in Slack; slacktest is a Slack for tests
// and cmd/slacksoak puts the two under load. access says who may use a server, meter counts
// what each door answers, record keeps it. A bot.Switch lets documents change
// while doors are open (shelf.go); house.go wires them. This package opens the
// library (openSession), runs a command against the engine and prints.
//
// Imports point from later to earlier in this tour, adapters are imported here
// only, and layers_test.go holds both.
package main

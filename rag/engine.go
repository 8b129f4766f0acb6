// Package rag answers questions over an index of reports: Engine.Ask is the
// one answer function behind every door (command line, HTTP, MCP, Slack).
package rag

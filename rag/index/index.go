// Package index turns documents into something that can be searched: it embeds
// their passages, fills the vector store and the lexical index, and keeps both
// on disk as generations, one of which is current. It ranks nothing.
package index

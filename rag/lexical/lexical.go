// Package lexical finds passages by their words: it folds text for matching,
// cuts it into terms and ranks with BM25 (Robertson and Zaragoza, "The
// Probabilistic Relevance Framework: BM25 and Beyond", 2009) over Han unigrams
// and bigrams and Latin and number tokens.
//
// Folding and cutting serve matching only; nothing that a reader is shown
// passes through them.
package lexical

// Package lexical finds passages by their words: it folds text for matching,
// cuts it into terms and ranks with BM25 (Robertson and Zaragoza, "The
// Probabilistic Relevance Framework: BM25 and Beyond", 2009) over Han unigrams
// and bigrams and Latin and number tokens.
//
// Fold and FoldMap make spellings equal (width, case, traditional and
// simplified characters, white space). AppendTerms cuts folded text into
// terms, with dates, quarters, percentages, amounts and document numbers
// brought to one form each. Index holds the postings of many documents and
// scores a query against them, against chosen ones, or against the larger
// units (paragraph, section) that documents are part of.
//
// Folding and cutting serve matching only; nothing that a reader is shown
// passes through them. The package knows no synonyms, strips no question
// words and reads no dictionary of words: see rag/question for those.
package lexical

package retrieve

import "math"

// model turns features into how likely a candidate is right. There is one for
// passages of documents and one for passages that a file gave ready.
type model struct {
	weights      [features]float64
	scale, shift float64 // of the weighted sum, fitted to how often the best candidate is right
}

// score turns the weighted sum of f, and extra, into a probability.
func (m *model) score(f *[features]float64, extra float64) float64 {
	sum := extra
	for i, w := range m.weights {
		sum += w * f[i]
	}
	return 1 / (1 + math.Exp(-(m.scale*sum + m.shift)))
}

// semanticWeight is what the similarity of a semantic embedder, from that of
// the farthest candidate to that of the nearest, counts beside the fitted
// features, in the terms of their weighted sum: about as much as all words of
// a question that stand in a passage. It was not fitted: no such model comes
// with the program.
const semanticWeight = 6

// scores returns how likely each candidate is right.
func (r *Retriever) scores(cs []candidate) []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range cs {
		low, high = min(low, cs[i].vector), max(high, cs[i].vector)
	}
	out := make([]float64, len(cs))
	for i := range cs {
		m := &documentModel
		if cs[i].ready() {
			m = &readyModel
		}
		extra := 0.0
		if r.semantic {
			extra = semanticWeight * ratio(cs[i].vector-low, high-low)
		}
		out[i] = m.score(&cs[i].features, extra)
	}
	return out
}

// FeatureNames returns the names of the features of a Candidate, in order.
// The first BaseFeatures are those of every passage, the others those of
// passages that a file gave ready only.
func FeatureNames() []string {
	names := featureNames[:]
	for _, p := range extraProducts {
		names = append(names, featureNames[p[0]]+" x "+featureNames[p[1]])
	}
	for _, n := range extraRelative {
		names = append(names, featureNames[n]+" relative", featureNames[n]+" best")
	}
	return names
}

// BaseFeatures is how many features passages of documents have.
const BaseFeatures = baseFeatures

var featureNames = [baseFeatures]string{
	fWords:         "words",
	fWordsRank:     "words rank",
	fWordsFull:     "words full",
	fParagraph:     "paragraph",
	fSection:       "section",
	fSectionRank:   "section rank",
	fSectionFull:   "section full",
	fVector:        "vector",
	fUni:           "uni",
	fBi:            "bi",
	fNearUni:       "near uni",
	fNearBi:        "near bi",
	fLocalUni:      "local uni",
	fLocalBi:       "local bi",
	fFocus:         "focus",
	fFocusNear:     "focus near",
	fStart:         "start",
	fStartOpen:     "start open",
	fHeadUni:       "head uni",
	fHeadBi:        "head bi",
	fPathUni:       "path uni",
	fSentenceUni:   "sentence uni",
	fSentenceBi:    "sentence bi",
	fNarrow:        "narrow",
	fWide:          "wide",
	fRun:           "run",
	fAhead:         "ahead",
	fLength:        "length",
	fFirst:         "first",
	fFirstOpen:     "first open",
	fNumber:        "number",
	fNumberNear:    "number near",
	fUnit:          "unit",
	fUnitNear:      "unit near",
	fStated:        "stated",
	fDate:          "date",
	fListing:       "listing",
	fDefining:      "defining",
	fReasoning:     "reasoning",
	fSourcing:      "sourcing",
	fPlace:         "place",
	fPerson:        "person",
	fYear:          "year",
	fOtherYear:     "other year",
	fNames:         "names",
	fNamesNear:     "names near",
	fRow:           "row",
	fTable:         "table",
	fFigure:        "figure",
	fNote:          "note",
	fOpening:       "opening",
	fOpeningList:   "opening list",
	fAnswerNear:    "answer near",
	fWordsTitled:   "words titled",
	fFullTitled:    "full titled",
	fSectionTitled: "section titled",
	fLengthTitled:  "length titled",
	fLocalTitled:   "local titled",
	fRepeat:        "repeat",
}

package retrieve

import "math"

// score is how likely a candidate is right, 0 to 1.
func score(f *[features]float64) float64 {
	sum := 0.0
	for i, w := range weights {
		sum += w * f[i]
	}
	return 1 / (1 + math.Exp(-(scale*sum + shift)))
}

// FeatureNames returns the names of the features of a Candidate, in order.
func FeatureNames() []string { return featureNames[:] }

var featureNames = [features]string{
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

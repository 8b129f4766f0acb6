package retrieve

import "math"

// score is how likely a candidate is right.
func score(f *[features]float64) float64 {
	sum := 0.0
	for i, w := range weights {
		sum += w * f[i]
	}
	return 1 / (1 + math.Exp(-sum))
}

var weights = [features]float64{fWords: 1, fSection: 0.5}

// FeatureNames names the features of Candidate.
var FeatureNames = []string{"words", "words rank", "words full", "paragraph", "section", "section rank", "section full", "vector", "uni", "bi", "near uni", "near bi", "head uni", "head bi", "path uni", "sentence uni", "sentence bi", "narrow", "wide", "run", "ahead", "length", "first", "number", "number near", "unit", "unit near", "date", "listing", "defining", "reasoning", "sourcing", "year", "other year", "names", "names near", "row", "table", "figure", "note", "repeat"}

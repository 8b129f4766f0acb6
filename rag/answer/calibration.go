package answer

import "math"

// Calibrated is the probability that an answer of the given raw confidence is
// right, as measured on our own question sets: a logistic map, whose two
// constants TestCalibration of rag/eval fits and checks.
//
// Thresholds such as Sufficient are on the raw scale, so that fitting the map
// anew changes no answer.
func Calibrated(raw float64) float64 {
	return 1 / (1 + math.Exp(-calibrationIntercept-calibrationSlope*raw))
}

package answer

import "testing"

// A surer answer is never called less probable, and none is called certain.
func TestCalibratedIsMonotone(t *testing.T) {
	last := 0.0
	for raw := 0.0; raw <= 1; raw += 0.001 {
		p := Calibrated(raw)
		if p < last || p <= 0 || p >= 1 {
			t.Fatalf("Calibrated(%.3f) = %v after %v, want it between 0 and 1 and not less", raw, p, last)
		}
		last = p
	}
}

package web_test

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "take the pictures of docs/web.md anew")

// largestPicture is how many bytes a picture of the documentation may have.
const largestPicture = 150 << 10

// TestPictures holds the pictures of the documentation small; with -update it
// takes them.
func TestPictures(t *testing.T) {
	dir := filepath.FromSlash("../../docs/images")
	if *update {
		takePictures(t, dir)
	}
	files, err := filepath.Glob(filepath.Join(dir, "web-*.png"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pictures in %s (%v): take them with go test ./bot/web -run Pictures -update", dir, err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > largestPicture {
			t.Errorf("%s has %d bytes, at most %d", f, info.Size(), largestPicture)
		}
	}
}

func takePictures(t *testing.T, dir string) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t)
	_, address, _ := serve(t, engine(t, shipped(t)), false)
	for name, picture := range map[string]struct {
		screen screen
		path   string
		do     func(*tab)
	}{
		"ask":     {screen{width: 1200, height: 760, language: "zh"}, "/", nil},
		"source":  {screen{width: 1360, height: 760, language: "zh"}, "/", citedCell},
		"phone":   {screen{width: 375, height: 720, touch: true, dark: true, language: "zh"}, "/", func(p *tab) { p.put(marketSize) }},
		"refusal": {screen{width: 375, height: 720, touch: true, language: "en"}, "/", func(p *tab) { p.put(inDrawing) }},
		"explore": {screen{width: 1200, height: 900, language: "zh"}, "/explore/36kr-llm-2025#series", nil},
		"dark":    {screen{width: 1200, height: 800, dark: true, language: "en"}, "/", func(p *tab) { p.put("How large will China's AI API market be in 2030?") }},
	} {
		p := b.open(t, picture.screen, address+picture.path)
		if picture.do != nil {
			picture.do(p)
		}
		if err := os.WriteFile(filepath.Join(dir, "web-"+name+".png"), fewColours(t, p.shot(false)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func citedCell(p *tab) {
	p.put(stateCouncil)
	p.click(".answer .cite")
	p.await(`document.querySelector("#panel td.cited")`)
}

// fewColours writes a picture with its 256 most frequent colours, which is all
// that text on a plain ground needs, in a third of the bytes.
func fewColours(t *testing.T, data []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[color.RGBA]int)
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(full.At(x, y)).(color.RGBA) }
	box := full.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	order := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range order[:min(len(order), 256)] {
		palette = append(palette, c)
	}
	few := image.NewPaletted(box, palette)
	index := make(map[color.RGBA]uint8)
	for c := range count {
		index[c] = uint8(palette.Index(c))
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			few.SetColorIndex(x, y, index[at(x, y)])
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

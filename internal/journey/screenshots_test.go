package journey_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"manyhands/internal/app/apptest"
	"manyhands/internal/db"
	"manyhands/internal/giving"
)

var screenshots = flag.Bool("screenshots", false, "write the README's pictures to docs/screenshots")

// tall is a phone on whose screen also the chain below the flow is seen.
var tall = chromedp.EmulateViewport(390, 1240, chromedp.EmulateMobile, chromedp.EmulateScale(2))

// heaviest is what a picture may weigh, in bytes.
const heaviest = 150_000

// TestScreenshots writes the pictures of the README when asked to:
//
//	go test ./internal/journey -run Screenshots -screenshots
func TestScreenshots(t *testing.T) {
	if !*screenshots {
		return
	}
	r := apptest.Serve(t, true)
	for name, take := range map[string]func(b *tab){
		"home-zh":      func(b *tab) { b.do(desktop); b.open("/?lang=zh") },
		"campaign-en":  func(b *tab) { b.do(desktop); b.openCampaign("en", medicine) },
		"books-en":     func(b *tab) { b.do(desktop); b.open("/books?lang=en") },
		"home-dark-zh": func(b *tab) { b.do(phone, theme("dark")); b.open("/?lang=zh") },
		"gift-zh":      func(b *tab) { b.do(tall); b.open(tellingGift(b.t, r) + "?lang=zh") },
		"desk-en": func(b *tab) {
			b.do(desktop)
			b.open(r.SignInLink(b.t, coordinator) + "?lang=en")
			b.follow("#use-link button")
			b.open("/desk")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t, r.URL, theme("light"))
			take(b)
			b.becomes("document.readyState == 'complete'")
			write(t, name, get(b, chromedp.CaptureScreenshot()))
		})
	}
}

// tellingGift is the private link of a matched gift that has become at least two things.
func tellingGift(t *testing.T, r *apptest.Running) (link string) {
	t.Helper()
	err := r.App.DB.Read(t.Context(), func(q *db.Reader) error {
		for after := int64(0); link == ""; {
			gifts, err := giving.Gifts(t.Context(), q, giving.Received, "", after, 100)
			if err != nil || len(gifts) == 0 {
				return err
			}
			for _, g := range gifts {
				after = g.ID
				if g.Campaign == 0 || g.MatchPosted == 0 || g.Amount.Minor < 200_00 {
					continue
				}
				trail, err := giving.Follow(t.Context(), q, g)
				if err != nil {
					return err
				}
				if len(trail.Lines) > 1 && trail.Spent() > 0 {
					link = "/g/" + g.Token
					break
				}
			}
		}
		return nil
	})
	if err != nil || link == "" {
		t.Fatalf("no gift that became something was found: %v", err)
	}
	return link
}

// write keeps a picture with the 256 colours that occur most in it, which suits flat pages.
func write(t *testing.T, name string, raw []byte) {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	small := image.NewPaletted(full.Bounds(), commonest(full))
	draw.FloydSteinberg.Draw(small, small.Bounds(), full, full.Bounds().Min)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		t.Fatal(err)
	}
	if out.Len() > heaviest {
		t.Errorf("%s weighs %d bytes, want at most %d", name, out.Len(), heaviest)
	}
	folder := filepath.Join("..", "..", "docs", "screenshots")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// exact is how many colours are kept however near they are to each other: the grounds.
const exact = 24

// commonest returns the colours that a picture is mostly made of; beyond the grounds, they are spread
// as far apart as 256 can be.
func commonest(m image.Image) color.Palette {
	count := map[color.RGBA]int{}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			r, g, b, _ := m.At(x, y).RGBA()
			count[color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}]++
		}
	}
	colours := make([]color.RGBA, 0, len(count))
	for c := range count {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b color.RGBA) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return int(a.R)<<16 + int(a.G)<<8 + int(a.B) - int(b.R)<<16 - int(b.G)<<8 - int(b.B)
	})
	var out color.Palette
	for _, c := range colours[:min(exact, len(colours))] {
		out = append(out, c)
	}
	for apart := 36; apart >= 0 && len(out) < 256; apart -= 6 {
		for _, c := range colours {
			if len(out) < 256 && !slices.ContainsFunc(out, func(o color.Color) bool { return near(o.(color.RGBA), c, apart) }) {
				out = append(out, c)
			}
		}
	}
	return out
}

func near(a, b color.RGBA, apart int) bool {
	d := func(x, y uint8) int { return max(int(x), int(y)) - min(int(x), int(y)) }
	return d(a.R, b.R)+d(a.G, b.G)+d(a.B, b.B) <= apart
}

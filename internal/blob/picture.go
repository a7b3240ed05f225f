package blob

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// quality of JPEG pictures that are encoded anew: papers stay readable.
const quality = 88

// cleanPicture decodes a JPEG or PNG and encodes it anew, with no side longer than side pixels. How much
// memory that takes is known before it begins.
func cleanPicture(b []byte, side int) (out []byte, media string, err error) {
	c, kind, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, "", errBroken
	}
	if c.Width <= 0 || c.Height <= 0 {
		return nil, "", errBroken
	}
	most, orientation := maxPixels, 1
	if kind == "jpeg" {
		simple := false
		if orientation, simple = jpegHead(b); !simple {
			most = maxProgressive
		}
	}
	if c.ColorModel == color.RGBA64Model || c.ColorModel == color.NRGBA64Model {
		most /= 2 // eight bytes each
	}
	if c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > most {
		return nil, "", errPixels
	}
	picture, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, "", errBroken
	}
	picture = shrunk(picture, side)
	var w bytes.Buffer
	switch kind {
	case "jpeg":
		media, err = JPEG, jpeg.Encode(&w, turned(picture, orientation), &jpeg.Options{Quality: quality})
	case "png":
		media, err = PNG, png.Encode(&w, picture)
	default:
		err = errors.New("neither JPEG nor PNG")
	}
	if err != nil {
		return nil, "", fmt.Errorf("blob: encode a picture: %w", err)
	}
	return w.Bytes(), media, nil
}

// turned returns a picture as its camera held it, by the EXIF value 1 to 8 (JEITA CP-3451, tag 0x0112);
// as it is for 1 and for what is none.
func turned(p image.Image, exif int) image.Image {
	if exif < 2 || exif > 8 {
		return p
	}
	b := p.Bounds()
	w, h := b.Dx(), b.Dy()
	from, size := image.NewRGBA(image.Rect(0, 0, w, h)), image.Rect(0, 0, w, h)
	draw.Draw(from, from.Bounds(), p, b.Min, draw.Src)
	if exif >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch exif {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(out.Pix[out.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return out
}

// shrunk returns a picture of which no side is longer than side: each pixel is the mean of those that it
// stands for. A smaller picture is returned as it is.
func shrunk(p image.Image, side int) image.Image {
	b := p.Bounds()
	w, h := b.Dx(), b.Dy()
	long := max(w, h)
	if long <= side {
		return p
	}
	from := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(from, from.Bounds(), p, b.Min, draw.Src)
	out := image.NewRGBA(image.Rect(0, 0, max(w*side/long, 1), max(h*side/long, 1)))
	for y := range out.Rect.Dy() {
		y0, y1 := y*h/out.Rect.Dy(), (y+1)*h/out.Rect.Dy()
		for x := range out.Rect.Dx() {
			x0, x1 := x*w/out.Rect.Dx(), (x+1)*w/out.Rect.Dx()
			mean(out.Pix[out.PixOffset(x, y):][:4], from, image.Rect(x0, y0, max(x1, x0+1), max(y1, y0+1)))
		}
	}
	return out
}

// mean writes the mean colour of a part of a picture.
func mean(to []uint8, p *image.RGBA, part image.Rectangle) {
	var sum [4]int
	for y := part.Min.Y; y < part.Max.Y; y++ {
		row := p.Pix[p.PixOffset(part.Min.X, y) : p.PixOffset(part.Max.X-1, y)+4]
		for i, v := range row {
			sum[i%4] += int(v)
		}
	}
	n := part.Dx() * part.Dy()
	for i := range to {
		to[i] = uint8(sum[i] / n) // a mean of bytes is one
	}
}

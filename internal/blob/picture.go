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

// cleanPicture decodes a JPEG or PNG and encodes it anew. How much memory that takes is known before it
// begins.
func cleanPicture(b []byte) (out []byte, media string, err error) {
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

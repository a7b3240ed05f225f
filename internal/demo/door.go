package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"time"

	"manyhands/internal/access"
	"manyhands/internal/blob"
	"manyhands/internal/child"
	"manyhands/internal/consent"
	"manyhands/internal/db"
)

// door is how the sample's child gets home: a drawing in place of a photo of who collects, somebody who is
// sent today with a code, and what the child wishes the parents to know, or not.
func (b *builder) door(mother, record int64) error {
	b.Clock.Set(b.now.Add(-90 * time.Minute))
	o, err := b.Children.Open(b.by(mother), record, access.Guardian, access.Collection)
	if err != nil {
		return err
	}
	face, err := b.Children.CleanPortrait(b.ctx, blob.Upload{Name: "face.png", Bytes: drawnFace()})
	if err != nil {
		return err
	}
	return b.write(func(tx *db.Tx) error {
		for _, c := range o.Collection.Collectors {
			if err := b.Children.SetPhoto(b.by(mother), tx, record, access.Guardian, c.ID, face); err != nil {
				return fmt.Errorf("photo: %w", err)
			}
		}
		_, err := b.Children.SendOnce(b.by(mother), tx, record, child.NewPickup{Day: b.now,
			Who: child.Relative{Name: "示例表姨", Phone: "13800000304", Relation: "aunt"}})
		if err != nil {
			return fmt.Errorf("send somebody: %w", err)
		}
		for _, r := range []consent.Remark{
			{Record: record, Matter: consent.For(consent.Outings), Kind: consent.Competence, Yes: true, Words: "她说得出坐什么车去、几点回来。"},
			{Record: record, Matter: consent.For(consent.Outings), Kind: consent.TellParents, Yes: true, Words: "想请爸爸妈妈商量好。"},
			{Record: b.kept["man"].record, Matter: consent.For(consent.Medical), Kind: consent.TellParents, Words: "想自己先跟医生说，再告诉家里。"},
		} {
			if _, err := b.Children.Remark(b.supervisor(), tx, r); err != nil {
				return fmt.Errorf("remark: %w", err)
			}
		}
		return nil
	})
}

// drawnFace is a head and shoulders in two colours: the sample holds no picture of anybody.
func drawnFace() []byte {
	const size = 240
	p := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			c := color.RGBA{0xf1, 0xe3, 0xc8, 0xff}
			head := (x-120)*(x-120)+(y-95)*(y-95) < 50*50
			shoulders := (x-120)*(x-120)+(y-250)*(y-250) < 95*95
			if head || shoulders {
				c = color.RGBA{0x4d, 0x6b, 0x7c, 0xff}
			}
			p.SetRGBA(x, y, c)
		}
	}
	var w bytes.Buffer
	_ = png.Encode(&w, p) // a buffer takes everything
	return w.Bytes()
}

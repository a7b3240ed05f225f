package blob

import (
	"bytes"
	"encoding/binary"
)

// tagOrientation is the EXIF tag that says how the camera was held.
const tagOrientation = 0x0112

// Markers of a JPEG (ITU-T T.81, table B.1).
const (
	markerExif        = 0xe1
	markerScan        = 0xda
	markerProgressive = 0xc2
)

// jpegHead reads what comes before a JPEG's picture: its EXIF orientation, 1 to 8, 1 where there is none;
// and whether it is simple, which is to say that it is written plainly and not progressive, whose
// decoding takes far more memory.
func jpegHead(b []byte) (orientation int, simple bool) {
	orientation, simple = 1, true
	for b = b[min(2, len(b)):]; len(b) >= 4 && b[0] == 0xff; {
		marker, size := b[1], int(binary.BigEndian.Uint16(b[2:4]))
		if marker < 0xc0 || marker >= 0xd0 && marker <= 0xd9 || marker == 0xff || size < 2 || len(b) < 2+size {
			return orientation, false // the decoder may be more patient than this
		}
		switch body, exif := bytes.CutPrefix(b[4:2+size], []byte("Exif\x00\x00")); {
		case marker == markerScan:
			return orientation, simple
		case marker == markerProgressive:
			simple = false
		case marker == markerExif && exif:
			orientation = tiffOrientation(body)
		}
		b = b[2+size:]
	}
	return orientation, false
}

// tiffOrientation reads the first directory of the TIFF that EXIF is.
func tiffOrientation(b []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(b) < 8:
		return 1
	case string(b[:4]) == "MM\x00*":
		order = binary.BigEndian
	case string(b[:4]) != "II*\x00":
		return 1
	}
	at := int64(order.Uint32(b[4:8]))
	if at+2 > int64(len(b)) {
		return 1
	}
	count := int(order.Uint16(b[at:]))
	for list := b[at+2:]; count > 0 && len(list) >= 12; count, list = count-1, list[12:] {
		if v := int(order.Uint16(list[8:])); order.Uint16(list) == tagOrientation && v >= 1 && v <= 8 {
			return v
		}
	}
	return 1
}

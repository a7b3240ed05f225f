// Package paymentweb is the door at which gateways post their notices.
//
// It reads the raw bytes, hands them to payment.Service and answers in the gateway's own dialect. It
// decides nothing and has no pages.
package paymentweb

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"manyhands/internal/fault"
	"manyhands/internal/payment"
	"manyhands/internal/web"
)

// MaxNotice is the largest notice that is read, in bytes. Real ones have less than a tenth of it.
const MaxNotice = 64 << 10

// Mount adds POST /pay/{gateway}/notify to the table. It is open to everybody: the signature decides.
func Mount(m *web.Mux, s *payment.Service, log *slog.Logger) {
	m.Handle("POST /pay/{gateway}/notify", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		name := r.PathValue("gateway")
		g, err := s.Gateway(name)
		if err != nil {
			return err
		}
		body, err := read(w, r)
		if err == nil {
			err = s.Notice(r.Context(), name, r.Header, body)
		}
		if err != nil {
			// The gateway's dialect has no room for the reason, so it is answered and logged here.
			log.WarnContext(r.Context(), "notice not taken", "gateway", name, "error", err)
		}
		g.AnswerNotice(w, err)
		return nil
	}, web.Notice)
}

func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxNotice))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fault.New(fault.Invalid, payment.ErrBadNotice.Key)
	}
	if err != nil {
		return nil, fmt.Errorf("paymentweb: read a notice: %w", err)
	}
	return body, nil
}

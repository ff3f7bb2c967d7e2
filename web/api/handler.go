package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"spoor/node"
)

type callerKey struct{}

// An error says what is wrong and does not send back what was sent: that may be
// millions of bytes, and is somebody's personal data.
func init() {
	plain := huma.NewError
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		const most = 10
		for i, err := range errs {
			if d, ok := err.(*huma.ErrorDetail); ok {
				errs[i] = &huma.ErrorDetail{Message: d.Message, Location: d.Location}
			}
		}
		return plain(status, msg, errs[:min(len(errs), most)]...)
	}
}

// register adds an operation that callers with one of some rights may use.
func register[I, O any](s *server, rights []Right, op huma.Operation, f func(context.Context, *Caller, *I) (*O, error)) {
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humago.Unwrap(ctx)
		c, err := s.caller(r)
		switch {
		case err != nil:
			ctx.SetHeader("WWW-Authenticate", "Bearer")
			huma.WriteErr(s.api, ctx, http.StatusUnauthorized, err.Error())
			return
		case !slices.ContainsFunc(rights, c.may):
			huma.WriteErr(s.api, ctx, http.StatusForbidden, lacks(rights[0]))
			return
		}
		release, ok := s.enter(r) // before anything of the body is read
		if !ok {
			ctx.SetHeader("Retry-After", "1")
			huma.WriteErr(s.api, ctx, http.StatusServiceUnavailable, node.ErrBusy.Error())
			return
		}
		defer release()
		next(huma.WithValue(ctx, callerKey{}, c))
	})
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable)
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		return f(ctx, ctx.Value(callerKey{}).(*Caller), in)
	})
}

func lacks(right Right) string {
	return fmt.Sprintf("this key may not do this: it lacks the right %q", right)
}

// tryAgain is an error that tells when.
func tryAgain(status int, err error) error {
	return huma.ErrorWithHeaders(huma.NewError(status, err.Error()), http.Header{"Retry-After": {"1"}})
}

// plainError says over HTTP what a node says.
func plainError(err error) (code int, text string) {
	var wrong node.Wrong
	switch {
	case errors.Is(err, node.ErrBusy), errors.Is(err, node.ErrClosed):
		return http.StatusServiceUnavailable, err.Error()
	case errors.Is(err, node.ErrUnknown):
		return http.StatusNotFound, err.Error()
	case errors.As(err, &wrong):
		return http.StatusConflict, err.Error()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, "no answer in time: ask again, a decision is made once"
	}
	return http.StatusInternalServerError, err.Error()
}

// nodeError is the same for operations in JSON; nil for nil.
func nodeError(err error) error {
	if err == nil {
		return nil
	}
	code, text := plainError(err)
	if code == http.StatusServiceUnavailable {
		return tryAgain(code, errors.New(text))
	}
	return huma.NewError(code, text)
}

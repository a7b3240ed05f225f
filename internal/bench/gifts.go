package bench

import "context"

func (b *bench) gifts(ctx context.Context) error { return nil }
func (b *bench) pages(ctx context.Context) error { return nil }

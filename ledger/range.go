package ledger

import "context"

// Entries calls each with the entries of the log of a checkpoint from an index on,
// in their order, each proved by the checkpoint's root before it is given out. It
// fails with [ErrChanged], a [ReadError], or what each says.
func Entries(ctx context.Context, from Source, c Checkpoint, first uint64, each func(index uint64, entry []byte) error) error {
	w := newWalker(ctx, from, c)
	for i := first / tileWidth; i < w.bundles(); i++ {
		list, err := w.bundle(i)
		if err != nil {
			return err
		}
		for k, entry := range list {
			index := i*tileWidth + uint64(k)
			if index < first {
				continue
			}
			if err := each(index, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

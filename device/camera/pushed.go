package camera

// Pushed is a camera whose frames somebody else receives: the tablet's browser
// sends them over its connection. Frames that come while nobody calls Next
// replace each other.
type Pushed struct{ *mailbox }

// NewPushed returns a camera without a frame.
func NewPushed() *Pushed { return &Pushed{newMailbox()} }

// Push copies a JPEG frame in and wipes the one that waited. The caller keeps
// its buffer, and should clear it. Errors are those of CheckJPEG and ErrClosed;
// a frame that is refused changes nothing.
func (p *Pushed) Push(jpeg []byte) error {
	if err := CheckJPEG(jpeg); err != nil {
		return err
	}
	if p.isClosed() {
		return ErrClosed
	}
	b := p.pool.get(len(jpeg))
	copy(b, jpeg)
	p.put(&Frame{JPEG: b})
	return nil
}

// Lose tells the caller of Next that the camera is gone, for instance because
// the connection closed. It comes back with the next Push.
func (p *Pushed) Lose() { p.fail(ErrLost) }

// Drop wipes the frame that waits, if there is one.
func (p *Pushed) Drop() { p.drop() }

// Close wipes the frame that waits, and ends Next.
func (p *Pushed) Close() error {
	p.close()
	return nil
}

package qr

import (
	"context"
	"errors"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// zbar is the ZBar barcode reader, compiled to WebAssembly and run in a sandbox:
// it sees a grey picture and nothing else, not even a clock. Names of imports and
// exports are those of @undecaf/zbar-wasm 0.11.0, which are single letters chosen
// by its build; another build needs another list.
type zbar struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

const (
	zbarMaxPages = 4096 // Of 64 KiB: 256 MiB, for pictures of tens of megapixels.

	zbarQRCode   = 64                               // A symbol type.
	zbarEnable   = 0                                // Settings: look for this symbol;
	zbarBinary   = 4                                // give its bytes as they are;
	zbarInverted = 129                              // try light on dark too.
	zbarGrey     = 'Y' | '8'<<8 | '0'<<16 | '0'<<24 // A picture format.

	zbarMaxSymbols = 64
	zbarMaxText    = 8 << 10 // A QR code holds at most 7,089 characters.
)

var errZbar = errors.New("the QR decoder failed")

// newZbar compiles the module, which takes a good part of a second of CPU.
func newZbar(ctx context.Context, wasm []byte) (*zbar, error) {
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(true).WithMemoryLimitPages(zbarMaxPages)
	z := &zbar{runtime: wazero.NewRuntimeWithConfig(ctx, config)}
	if err := z.imports(ctx); err != nil {
		return nil, errors.Join(err, z.close(ctx))
	}
	module, err := z.runtime.CompileModule(ctx, wasm)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", errZbar, err), z.close(ctx))
	}
	z.module = module
	return z, nil
}

// imports gives the module what its C library asks for: growing its memory.
// Writing, seeking and closing files fail; the clock stands still.
func (z *zbar) imports(ctx context.Context) error {
	const badFile = 8 // WASI's EBADF.
	grow := func(_ context.Context, m api.Module, size uint32) uint32 {
		missing := int64(size) - int64(m.Memory().Size())
		if missing <= 0 {
			return 1
		}
		if _, ok := m.Memory().Grow(uint32((missing + 1<<16 - 1) >> 16)); !ok {
			return 0
		}
		return 1
	}
	_, err := z.runtime.NewHostModuleBuilder("a").
		NewFunctionBuilder().WithFunc(func(_, _, _, _ uint32) uint32 { return badFile }).Export("a").
		NewFunctionBuilder().WithFunc(func(_, _, _, _, _ uint32) uint32 { return badFile }).Export("b").
		NewFunctionBuilder().WithFunc(grow).Export("c").
		NewFunctionBuilder().WithFunc(func() uint32 { return 1 }).Export("d").
		NewFunctionBuilder().WithFunc(func() float64 { return 0 }).Export("e").
		NewFunctionBuilder().WithFunc(func(uint32) uint32 { return badFile }).Export("f").
		Instantiate(ctx)
	return err
}

func (z *zbar) close(ctx context.Context) error { return z.runtime.Close(ctx) }

// scan looks for QR codes in a grey picture. Each call has an instance of its
// own, whose whole memory is cleared afterwards, so that calls may run side by
// side and nothing of the picture stays.
func (z *zbar) scan(ctx context.Context, g grey) (texts []string, err error) {
	m, err := z.runtime.InstantiateModule(ctx, z.module, wazero.NewModuleConfig().WithName("").WithStartFunctions("h"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errZbar, err)
	}
	defer func() {
		clearMemory(m.Memory())
		_ = m.Close(context.WithoutCancel(ctx))
	}()
	i := &zbarInstance{ctx: ctx, m: m}
	image := i.image(g)
	scanner := i.scanner()
	if found := i.call("o", scanner, image); i.err != nil || int32(found) < 0 {
		return nil, errors.Join(errZbar, i.err)
	}
	return i.symbols(i.call("r", image)), i.err
}

func clearMemory(mem api.Memory) {
	if all, ok := mem.Read(0, mem.Size()); ok {
		clear(all)
	}
}

// zbarInstance calls into one instance. The first failure is kept in err, and
// makes all further calls return 0.
type zbarInstance struct {
	ctx context.Context
	m   api.Module
	err error
}

func (i *zbarInstance) call(name string, args ...uint64) uint64 {
	if i.err != nil {
		return 0
	}
	out, err := i.m.ExportedFunction(name).Call(i.ctx, args...)
	if err != nil {
		i.err = err
		return 0
	}
	if len(out) == 0 {
		return 0
	}
	return out[0]
}

// image copies the picture in. The instance ends with the scan, so nothing is
// freed one by one.
func (i *zbarInstance) image(g grey) uint64 {
	at := i.call("u", uint64(len(g.pix)))
	if i.err == nil && (at == 0 || !i.m.Memory().Write(uint32(at), g.pix)) {
		i.err = errors.New("out of memory")
	}
	return i.call("p", uint64(g.w), uint64(g.h), zbarGrey, at, uint64(len(g.pix)), 0)
}

func (i *zbarInstance) scanner() uint64 {
	s := i.call("i")
	i.call("k", s, 0, zbarEnable, 0)
	i.call("k", s, zbarQRCode, zbarEnable, 1)
	i.call("k", s, zbarQRCode, zbarBinary, 1)
	return s
}

// symbols walks the list of what was found. The offsets are those of ZBar's
// structures with 32-bit pointers.
func (i *zbarInstance) symbols(set uint64) (texts []string) {
	if i.err != nil || set == 0 {
		return nil
	}
	mem := i.m.Memory()
	field := func(at uint32, n uint32) uint32 {
		v, _ := mem.ReadUint32Le(at + 4*n)
		return v
	}
	for at := field(uint32(set), 2); at != 0 && len(texts) < zbarMaxSymbols; at = field(at, 11) {
		size, data := field(at, 4), field(at, 5)
		if field(at, 0) != zbarQRCode || size > zbarMaxText {
			continue
		}
		if text, ok := mem.Read(data, size); ok {
			texts = append(texts, string(text))
		}
	}
	return texts
}

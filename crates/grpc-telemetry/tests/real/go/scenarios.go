package main

import (
	"context"
	"io"
	"time"

	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
)

type client = grpc_testing.TestServiceClient

// scenarios are the ends of calls. Their errors are expected.
var scenarios = map[string]func(context.Context, client){
	"unary ok":       func(ctx context.Context, c client) { unary(ctx, c) },
	"unary failed":   func(ctx context.Context, c client) { unary(ending(ctx, "fail"), c) },
	"unary canceled": func(ctx context.Context, c client) { unary(canceled(ending(ctx, "hang")), c) },
	"105 unary, 5 failed": func(ctx context.Context, c client) {
		for i := range 105 {
			if i < 5 {
				unary(ending(ctx, "fail"), c)
			} else {
				unary(ctx, c)
			}
		}
	},
	"server stream ok":       func(ctx context.Context, c client) { serverStream(ctx, c, -1) },
	"server stream failed":   func(ctx context.Context, c client) { serverStream(ending(ctx, "fail"), c, -1) },
	"server stream left":     func(ctx context.Context, c client) { serverStream(ending(ctx, "hang"), c, 1) },
	"server stream not read": func(ctx context.Context, c client) { serverStream(ctx, c, 2) },
	"client stream ok":       func(ctx context.Context, c client) { clientStream(ctx, c) },
	"client stream failed":   func(ctx context.Context, c client) { clientStream(ending(ctx, "fail"), c) },
	"bidi stream ok":         func(ctx context.Context, c client) { bidiStream(ctx, c) },
	"bidi stream failed":     func(ctx context.Context, c client) { bidiStream(ending(ctx, "fail"), c) },
}

func ending(ctx context.Context, end string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "end", end)
}

func canceled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(50*time.Millisecond, cancel)
	return ctx
}

func unary(ctx context.Context, c client) {
	_, _ = c.UnaryCall(ctx, &grpc_testing.SimpleRequest{})
}

// serverStream reads to the end, or so many replies, and then cancels the call.
func serverStream(ctx context.Context, c client, replies int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.StreamingOutputCall(ctx, &grpc_testing.StreamingOutputCallRequest{})
	for read := 0; err == nil && read != replies; read++ {
		_, err = stream.Recv()
	}
	if replies == 2 {
		// The server has ended the call before the client leaves it.
		time.Sleep(50 * time.Millisecond)
	}
}

// clientStream sends three requests.
func clientStream(ctx context.Context, c client) {
	stream, err := c.StreamingInputCall(ctx)
	for sent := 0; err == nil && sent < 3; sent++ {
		err = stream.Send(&grpc_testing.StreamingInputCallRequest{})
	}
	_, _ = stream.CloseAndRecv()
}

// bidiStream sends two requests and reads to the end.
func bidiStream(ctx context.Context, c client) {
	stream, err := c.FullDuplexCall(ctx)
	for sent := 0; err == nil && sent < 2; sent++ {
		if err = stream.Send(&grpc_testing.StreamingOutputCallRequest{}); err == nil {
			_, err = stream.Recv()
		}
	}
	_ = stream.CloseSend()
	for err == nil {
		_, err = stream.Recv()
	}
	if err != io.EOF {
		return
	}
}

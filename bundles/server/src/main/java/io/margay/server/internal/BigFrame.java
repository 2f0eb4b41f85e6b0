package io.margay.server.internal;

import io.netty.buffer.ByteBuf;

/**
 * A frame that holds a share of the {@link MemoryBudget} until its request is answered.
 *
 * @param content the frame without its size, owned by the holder
 * @param reservedBytes its share
 */
record BigFrame(ByteBuf content, long reservedBytes) { }

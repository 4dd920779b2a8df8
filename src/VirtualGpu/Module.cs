using System.Runtime.CompilerServices;

// Buffers on the stack are not cleared: each is written before it is read.
[module: SkipLocalsInit]

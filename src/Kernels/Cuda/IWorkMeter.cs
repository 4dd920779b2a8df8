namespace MolEngine.Kernels.Cuda;

/// <summary>Told of all work that the CUDA backend queues: for forecasts.</summary>
public interface IWorkMeter
{
    /// <summary>A kernel that is no matrix product.</summary>
    /// <param name="bytes">Bytes of all tensors that it is given, each once: about what must move.</param>
    /// <param name="linkBytes">How many of them cross the bus to the host's memory, half of them each way.</param>
    void Launch(string kernel, long bytes, long linkBytes);

    /// <summary>A matrix product D [m, n] += A [m, k] B [k, n].</summary>
    /// <param name="bytes">Bytes of the three matrices, each once; of a second term of another product, its own two,
    /// and D twice more where it is a pass of its own.</param>
    /// <param name="isQueued">Whether it is queued by itself: false for a second term that goes with the first.</param>
    void Product(int m, int n, int k, long bytes, bool isQueued);
}

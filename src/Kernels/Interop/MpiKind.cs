namespace MolEngine.Kernels.Interop;

/// <summary>A family of MPI libraries with one binary interface.</summary>
public enum MpiKind
{
    /// <summary>Open MPI 4 and 5: handles are addresses of objects in the library.</summary>
    OpenMpi,

    /// <summary>MPICH and those of its interface (Intel MPI, MVAPICH): handles are numbers.</summary>
    Mpich,
}

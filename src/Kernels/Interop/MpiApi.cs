using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>
/// MPI's C functions, as far as this program uses them. Handles are <c>nint</c>: pointers in Open MPI, 32-bit numbers
/// in MPICH, which a call takes from the low half of the register; <see cref="MpiLibrary"/> has their values. Every
/// function returns MPI_SUCCESS (0) or an error code.
/// </summary>
internal static unsafe partial class MpiApi
{
    private const string Library = NativeLibraries.Mpi;

    [LibraryImport(Library)]
    internal static partial int MPI_Get_library_version(byte* version, out int length);

    [LibraryImport(Library)]
    internal static partial int MPI_Init_thread(nint argc, nint argv, int required, out int provided);

    [LibraryImport(Library)]
    internal static partial int MPI_Finalize();

    [LibraryImport(Library)]
    internal static partial int MPI_Abort(nint comm, int errorcode);

    [LibraryImport(Library)]
    internal static partial int MPI_Comm_rank(nint comm, out int rank);

    [LibraryImport(Library)]
    internal static partial int MPI_Comm_size(nint comm, out int size);

    [LibraryImport(Library)]
    internal static partial int MPI_Comm_set_errhandler(nint comm, nint errhandler);

    [LibraryImport(Library)]
    internal static partial int MPI_Error_string(int errorcode, byte* text, out int length);

    /// <param name="request">Room for 8 bytes, zero before: MPICH writes the first 4.</param>
    [LibraryImport(Library)]
    internal static partial int MPI_Isend(
        nint buffer, int count, nint datatype, int destination, int tag, nint comm, ref nint request);

    [LibraryImport(Library)]
    internal static partial int MPI_Irecv(
        nint buffer, int count, nint datatype, int source, int tag, nint comm, ref nint request);

    [LibraryImport(Library)]
    internal static partial int MPI_Recv(
        nint buffer, int count, nint datatype, int source, int tag, nint comm, byte* status);

    /// <param name="status">Room for an MPI_Status of either library: <see cref="MpiLibrary.StatusBytes"/>.</param>
    [LibraryImport(Library)]
    internal static partial int MPI_Test(ref nint request, out int flag, byte* status);

    [LibraryImport(Library)]
    internal static partial int MPI_Iprobe(int source, int tag, nint comm, out int flag, byte* status);

    [LibraryImport(Library)]
    internal static partial int MPI_Request_free(ref nint request);

    [LibraryImport(Library)]
    internal static partial int MPI_Get_count(byte* status, nint datatype, out int count);
}

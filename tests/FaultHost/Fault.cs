namespace MolEngine.FaultHost;

/// <summary>
/// What happens at one of the calls that change files below a folder; names and order as in disk_faults.c.
/// </summary>
public enum FaultMode
{
    /// <summary>Nothing: they are counted.</summary>
    Count,

    /// <summary>SIGKILL, before the call.</summary>
    Kill,

    /// <summary>SIGKILL, after the first half where it is a write.</summary>
    Tear,

    /// <summary>The call fails.</summary>
    Fail,

    /// <summary>At every call the folder is copied, as a kill there would leave it; the run goes on.</summary>
    Copy,
}

/// <summary>Names and order as in disk_faults.c.</summary>
[Flags]
public enum CallKinds
{
    None = 0,
    Create = 1,
    Write = 2,
    Sync = 4,
    Rename = 8,
    Unlink = 16,
    Mkdir = 32,
    Rmdir = 64,
    Truncate = 128,
    All = 255,
}

/// <param name="Folder">Calls below it count, from 0.</param>
/// <param name="First">The first call that it happens at.</param>
/// <param name="Last">The last one.</param>
/// <param name="Error">errno of the calls that fail.</param>
/// <param name="Kinds">Which calls fail.</param>
/// <param name="Log">File that is told of every call, a line each: number, kind, path, second path. May be
/// empty.</param>
/// <param name="Copies">Where copies of the folder go: 00012 as it is before the call 12, 00012-torn amid it.</param>
/// <param name="Room">Bytes that the disk says are free; below 0, as many as there are.</param>
public sealed record Fault(
    string Folder, FaultMode Mode = FaultMode.Count, long First = 0, long Last = 0, int Error = 0,
    CallKinds Kinds = CallKinds.All, string Log = "", string Copies = "", long Room = -1);

/// <param name="Arguments">Of the program.</param>
public sealed record Request(string[] Arguments, Fault Fault);

/// <param name="Calls">How many calls were counted.</param>
public sealed record Answer(int Code, string Output, string Error, long Calls);

namespace MolEngine.Kernels.Device;

/// <summary>On which side of a piece of device memory nothing is mapped.</summary>
public enum Guard
{
    /// <summary>On none.</summary>
    None,

    /// <summary>It ends where its last page ends, or up to 15 bytes before.</summary>
    Behind,

    /// <summary>It begins where its first page begins.</summary>
    Before,
}

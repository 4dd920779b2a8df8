namespace MolEngine.Support;

/// <summary>Generators for all property tests of a class.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PropertiesAttribute : FsCheck.Xunit.PropertiesAttribute;

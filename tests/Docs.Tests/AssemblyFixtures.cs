using MolEngine.Docs.Tests;
using MolEngine.Support;

[assembly: AssemblyFixture(typeof(ForgottenMemory))]
[assembly: AssemblyFixture(typeof(Ground))]

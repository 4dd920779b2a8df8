using MolEngine.Support;

[assembly: AssemblyFixture(typeof(ForgottenMemory))]

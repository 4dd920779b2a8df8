namespace MolEngine.Server.Tests;

/// <summary>A server of a model of random weights and an adapter over it, shared by the tests of a class.</summary>
public sealed class RandomServer() : TestServer(ModelFolder.Random());

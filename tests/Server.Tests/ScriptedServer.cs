namespace MolEngine.Server.Tests;

/// <summary>A server of the model that follows a script, shared by the tests of a class.</summary>
public sealed class ScriptedServer() : TestServer(ModelFolder.Scripted());

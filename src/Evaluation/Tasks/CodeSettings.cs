using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Answers.Code;

namespace MolEngine.Evaluation.Tasks;

/// <summary>The program that judges an answer of code: it is right where the program ends well.</summary>
/// <param name="Program">Made of the record's fields and <c>completion</c>, what the model wrote.</param>
/// <param name="Extraction">What of an answer is its code; null: all of it.</param>
/// <param name="Seconds">Time that the program may take.</param>
public sealed record CodeSettings(FieldTemplate Program, ICodeExtraction? Extraction, int Seconds);

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MolEngine.House.Tests;

/// <summary>A source as its compiler reads it.</summary>
internal static class SourceText
{
    public static SyntaxNode Parse(string text) => CSharpSyntaxTree
        .ParseText(text, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None)).GetRoot();

    /// <summary>The code alone: no comment, and texts empty.</summary>
    public static string WithoutComments(string text) => string.Concat(
        Parse(text).DescendantTokens().Select(t => t.Kind() is SyntaxKind.StringLiteralToken
            or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.SingleLineRawStringLiteralToken
            or SyntaxKind.MultiLineRawStringLiteralToken
                ? " "
                : Glued(t)));

    /// <summary>Methods, constructors, accessors and local functions with a body, each with its lines.</summary>
    public static IEnumerable<(string Name, int Lines)> Methods(SyntaxNode root) => root.DescendantNodes()
        .Where(n => n is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
        .Select(n => (NameOf(n), LinesOf(n)));

    private static string Glued(SyntaxToken token) =>
        token.Text + (token.HasTrailingTrivia ? " " : "");

    private static int LinesOf(SyntaxNode node)
    {
        FileLinePositionSpan span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax m => m.Identifier.Text,
        LocalFunctionStatementSyntax f => f.Identifier.Text,
        BaseMethodDeclarationSyntax m => m.Kind().ToString(),
        _ => node.Kind().ToString(),
    };
}

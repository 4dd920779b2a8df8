using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>Ids of a client's text.</summary>
internal static class Tokens
{
    /// <param name="document">Whether the text begins as the tokenizer begins one; a dialogue has its own beginning.
    /// </param>
    /// <exception cref="ApiException">The text needs a token that the model has no embedding for.</exception>
    public static int[] Of(string text, ServedModels models, bool document)
    {
        try
        {
            return document
                ? models.Tokenizer.EncodeDocument(text)
                : models.Tokenizer.Encode(text, addSpecialTokens: false);
        }
        catch (UserException e)
        {
            throw new ApiException(400, models.Told(e), code: "unknown_token");
        }
    }
}

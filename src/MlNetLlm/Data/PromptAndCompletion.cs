using Microsoft.ML.Tokenizers;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Data;

/// <summary>How a prompt and what follows it become one sequence, in training and in scoring alike.</summary>
internal static class PromptAndCompletion
{
    /// <summary>
    /// Begin token, prompt, completion, end token. Prompt and completion are tokenised together, as they will be read in use. What the
    /// prompt alone begins with too is the prompt; a token across the border is part of the completion, and so is the end token.
    /// </summary>
    /// <returns>The ids, and how many of them are begin token and prompt.</returns>
    public static (int[] Ids, int Prompt) Join(Tokenizer tokenizer, SpecialTokens special, ReadOnlySpan<char> prompt,
        ReadOnlySpan<char> completion)
    {
        List<int> ids = special.Bos is { } bos ? [bos] : [];
        var length = ids.Count;
        ids.AddRange(tokenizer.EncodeToIds(string.Concat(prompt, completion)));
        if (!prompt.IsEmpty)
        {
            foreach (var id in tokenizer.EncodeToIds(prompt))
            {
                if (length == ids.Count || ids[length] != id) break;
                length++;
            }
        }
        if (special.Eos is { } eos) ids.Add(eos);
        return ([.. ids], length);
    }
}

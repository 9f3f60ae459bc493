using MlNetLlm.Data;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.MultipleChoice;

/// <summary>
/// A question's token sequences, one a choice, as lm-evaluation-harness makes them: white space at the prompt's end moves to the
/// continuation; prompt and continuation are tokenised together; as many tokens as the prompt alone has are the prompt, the others the
/// continuation; what the context cannot hold is cut from the start. The begin token, where the model has one, stands before all.
/// </summary>
internal sealed class ChoiceSequences
{
    private readonly (int[] Tokens, int Prompt)[] _choices;

    public ChoiceSequences(LanguageModel model, ChoiceQuestion question)
    {
        var context = model.Config.ContextLength;
        var prompt = question.Prompt.TrimEnd();
        var space = question.Prompt[prompt.Length..];
        var promptIds = model.Tokenizer.EncodeToIds(prompt);
        var begin = model.Special.Bos ?? (promptIds.Count == 0 ? model.Special.Eos : null);
        _choices = [.. question.Continuations.Select(Sequence)];
        // The last prompt token stays with the choice: its state predicts the continuation's first token.
        Shared = Math.Min(_choices.Min(c => c.Prompt) - 1, CommonPrefix());

        (int[], int) Sequence(string continuation)
        {
            var whole = model.Tokenizer.EncodeToIds(prompt + space + continuation);
            int[] tokens = begin is { } id ? [id, .. whole] : [.. whole];
            var own = Math.Min(promptIds.Count + (begin is null ? 0 : 1), tokens.Length - 1);
            if (own < 1)
            {
                throw new ArgumentException(
                    $"Prompt '{prompt}' and choice '{continuation}' make {tokens.Length} token(s); at least one must stand before "
                    + "the choice. Use a prompt, or a model with a begin token.");
            }
            var cut = Math.Max(0, tokens.Length - 1 - context);
            CutTokens = Math.Max(CutTokens, cut);
            return (tokens[cut..], Math.Max(1, own - cut));
        }
    }

    /// <summary>Tokens cut from the start, of the longest choice.</summary>
    public int CutTokens { get; private set; }

    /// <summary>How many choices there are.</summary>
    public int Count => _choices.Length;

    /// <summary>Tokens at the start that are the same for every choice and need to be computed only once.</summary>
    public int Shared { get; }

    /// <summary>Most tokens that a choice has after the shared ones.</summary>
    public int LongestRest => _choices.Max(c => c.Tokens.Length) - 1 - Shared;

    /// <summary>The shared tokens.</summary>
    public ReadOnlySpan<int> Prefix => _choices[0].Tokens.AsSpan(0, Shared);

    /// <summary>The tokens after the shared ones that the model is given for a choice.</summary>
    public ReadOnlySpan<int> Rest(int choice) => _choices[choice].Tokens.AsSpan(Shared..^1);

    /// <summary>What each of them should predict; ignored within the prompt.</summary>
    public long[] Targets(int choice)
    {
        var (tokens, prompt) = _choices[choice];
        return [.. Enumerable.Range(Shared + 1, tokens.Length - 1 - Shared).Select(at => at < prompt ? TokenBatch.Ignored : tokens[at])];
    }

    private int CommonPrefix()
    {
        var common = _choices[0].Tokens.Length - 1;
        foreach (var (tokens, _) in _choices)
            common = Math.Min(common, tokens.AsSpan(..^1).CommonPrefixLength(_choices[0].Tokens));
        return common;
    }
}

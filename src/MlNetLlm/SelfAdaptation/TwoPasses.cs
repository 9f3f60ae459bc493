using MlNetLlm.Generation;
using MlNetLlm.Svf;

namespace MlNetLlm.SelfAdaptation;

/// <summary>
/// Two-pass inference: the first pass decides who answers each question, the second answers from the original question under those
/// weights. Questions with the same answer to "who" go together, so each expert is put in place once a group.
/// </summary>
/// <remarks>
/// Keys and values of the first pass belong to other weights; each generation starts with a cache of its own, so nothing of one pass can
/// reach the other. One group at a time: the weights are shared.
/// </remarks>
internal sealed class TwoPasses : IDisposable
{
    private readonly SelfAdaptationOptions _options;
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlyList<AdaptationLabel> _labels;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();

    /// <param name="library">The experts; not owned.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="clock">Measures the passes.</param>
    public TwoPasses(SvfExpertLibrary library, SelfAdaptationOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _names = [.. library.Names];
        _labels = options.LabelsFor(library);
        Mixer = new SvfMixer(library);
    }

    /// <summary>The weights in place.</summary>
    public SvfMixer Mixer { get; }

    /// <summary>Answers a group of questions, one result each in their order.</summary>
    public IReadOnlyList<AdaptedAnswer> Answer(IReadOnlyList<string> questions)
    {
        lock (_gate)
        {
            var (experts, firstPass) = Decide(questions);
            var answers = new AdaptedAnswer[questions.Count];
            foreach (var group in Enumerable.Range(0, questions.Count).GroupBy(row => experts[row]).OrderBy(group => Place(group.Key)))
            {
                int[] rows = [.. group];
                var started = _clock.GetTimestamp();
                Use(group.Key);
                var texts = Generate([.. rows.Select(row => questions[row])], _options.AnswerTemplate, _options.Answering);
                var seconds = _clock.GetElapsedTime(started).TotalSeconds / rows.Length;
                var weights = Weights(group.Key);
                for (var i = 0; i < rows.Length; i++)
                    answers[rows[i]] = new AdaptedAnswer(
                        group.Key, weights, texts[i].Text, firstPass / questions.Count, seconds, texts[i].CutTokens);
            }
            return answers;
        }
    }

    public void Dispose() => Mixer.Dispose();

    // Who answers each question, and the seconds it took to find out.
    private (IReadOnlyList<string> Experts, double Seconds) Decide(IReadOnlyList<string> questions)
    {
        if (_options.Strategy == AdaptationStrategy.FewShot) return ([.. questions.Select(_ => AdaptationColumns.Mixed)], 0);
        var started = _clock.GetTimestamp();
        Mixer.Use(_options.Strategy == AdaptationStrategy.ClassificationExpert
            ? _options.ClassificationExpert! : SvfExpertLibrary.Other);
        var names = _labels.Select(label => label.Label).ToList();
        var list = string.Join(
            "\n", _labels.Select(label => label.Description.Length > 0 ? $"{label.Label}: {label.Description}" : label.Label));
        var template = _options.ClassificationTemplate.Replace(SelfAdaptationOptions.LabelsMark, list, StringComparison.Ordinal);
        var written = Generate(questions, template, _options.Classifying);
        var experts = written.Select(text => ExpertOf(LabelParser.Parse(text.Text, names, _options.LabelFormat))).ToList();
        return (experts, _clock.GetElapsedTime(started).TotalSeconds);
    }

    private IReadOnlyList<GeneratedText> Generate(IReadOnlyList<string> questions, string template, GenerationOptions options) =>
        RowGenerator.Generate(
            Mixer.Model,
            [.. questions.Select(q => template.Replace(SelfAdaptationOptions.QuestionMark, q, StringComparison.Ordinal))], options);

    private void Use(string expert)
    {
        if (_options.Strategy == AdaptationStrategy.FewShot)
            Mixer.Use(_options.Mix!);
        else
            Mixer.Use(expert);
    }

    private string ExpertOf(string label) =>
        _labels.FirstOrDefault(known => known.Label == label)?.Expert ?? SvfExpertLibrary.Other;

    // The base weights first: after classifying under them they need no switch.
    private int Place(string expert)
    {
        for (var i = 0; i < _names.Count; i++)
            if (_names[i] == expert) return i;
        return -1;
    }

    private float[] Weights(string expert)
    {
        var shares = _options.Strategy == AdaptationStrategy.FewShot ? _options.Mix!.Shares() : null;
        return [.. _names.Select(name => shares is null ? (name == expert ? 1f : 0f) : (float)shares.GetValueOrDefault(name))];
    }
}
